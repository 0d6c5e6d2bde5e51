import type { ServiceImpl } from "@connectrpc/connect";
import type { LogService, SealTarget } from "@switchyard/proto/switchyard/log/v1/log_service_pb";
import type { Sealer } from "../domain/seal-logs.js";
import { throwStorageError } from "../domain/storage-error.js";
import type { SealItem } from "../store/seal-streams.js";
import { checkAttempt, checkCount, checkName, invalid, sequenceOf } from "./check.js";
import { checkNamespace } from "./namespace.js";

const MAX_TARGETS = 1_000;
const MAX_LENGTHS = 1_000;
const MAX_JOBS = 1_000;

/** Deletes the logs of jobs and returns how many streams there were. */
export type DeleteLogs = (namespace: string, jobIds: readonly string[]) => Promise<number>;

/** Lets followers of a job look whether its attempts are over. */
export type WakeFollowers = (namespace: string, jobId: string) => void;

/** Serves the calls that end and delete logs. `wake` is there where an end without logs need not be stored. */
export function endHandlers(
  sealer: Sealer,
  deleteLogs: DeleteLogs,
  wake: WakeFollowers | undefined,
): Pick<ServiceImpl<typeof LogService>, "sealLog" | "deleteLogs"> {
  return {
    async sealLog({ namespace, targets }, context) {
      checkNamespace(context, "namespace", namespace);
      checkCount("targets", targets, MAX_TARGETS);
      // All of them are checked before the first one is written.
      for (const target of targets) checkTarget(target);
      const stored: SealItem[] = [];
      for (const target of targets) {
        if (target.empty && wake !== undefined) wake(namespace, target.jobId);
        else stored.push(sealItemOf(namespace, target));
      }
      const counts = await Promise.all(stored.map((item) => sealer.seal(item))).catch(throwStorageError);
      return { sealedCount: counts.reduce((sum, count) => sum + count, 0) };
    },
    async deleteLogs({ namespace, jobIds }, context) {
      checkNamespace(context, "namespace", namespace);
      checkCount("job_ids", jobIds, MAX_JOBS);
      for (const jobId of jobIds) checkName("job_ids", jobId);
      return { deletedCount: await deleteLogs(namespace, jobIds).catch(throwStorageError) };
    },
  };
}

function checkTarget({ jobId, which, lengths, empty }: SealTarget): void {
  checkName("targets.job_id", jobId);
  if (which.case === undefined) throw invalid("targets.which", "is not set");
  const before = which.case === "beforeAttempt";
  checkAttempt(before ? "targets.before_attempt" : "targets.attempt", which.value);
  if (empty && (before || lengths.length > 0)) throw invalid("targets.empty", "needs a single attempt without lengths");
  if (before && lengths.length > 0) throw invalid("targets.lengths", "needs a single attempt");
  checkCount("targets.lengths", lengths, MAX_LENGTHS);
  for (const { stream, length } of lengths) {
    checkName("targets.lengths.stream", stream);
    sequenceOf("targets.lengths.length", length);
  }
}

/** What a checked target asks for. */
function sealItemOf(namespace: string, { jobId, which, lengths }: SealTarget): SealItem {
  return {
    ...{ namespace, jobId, attempt: which.value ?? 0, before: which.case === "beforeAttempt" },
    lengths: lengths.map(({ stream, length }) => ({ stream, length: sequenceOf("targets.lengths.length", length) })),
  };
}
