import type { MessageInitShape } from "@bufbuild/protobuf";
import type { Client } from "@connectrpc/connect";
import type { AttemptRef } from "@switchyard/proto/switchyard/common/v1/attempt_ref_pb";
import { ErrorReason } from "@switchyard/proto/switchyard/common/v1/errors_pb";
import type { LogService } from "@switchyard/proto/switchyard/log/v1/log_service_pb";
import type {
  AppendLogRequest,
  AppendResultSchema,
  ReplaceLogTextRequest,
  ReplaceLogTextResponse,
} from "@switchyard/proto/switchyard/runner/v1/runner_service_pb";
import type { LeaseStatus } from "@switchyard/proto/switchyard/scheduler/v1/dispatch_service_pb";
import { refKey } from "./attempt-key.js";
import { checkLeases } from "./lease-check.js";
import { refusalOf } from "./refusal.js";
import type { Renewals } from "./renewals/renewals.js";

/** Writes logs for runners, each write behind a check of its lease. */
export interface RunnerLogs {
  /** Adds entries; one result for each append, in order. */
  append(request: AppendLogRequest): Promise<MessageInitShape<typeof AppendResultSchema>[]>;
  /**
   * Replaces the text of a stream.
   * @throws SwitchyardError LEASE_LOST, NOT_HOLDER, ALREADY_FINISHED, JOB_NOT_FOUND; what the log store refuses
   */
  replaceText(request: ReplaceLogTextRequest): Promise<Pick<ReplaceLogTextResponse, "nextSequence" | "reset">>;
}

const timeoutMs = 10_000;

/**
 * Creates the writer. The lease is renewed, and with that checked, before a byte goes to the log store, in the renewals that
 * all runners share. Between check and write the lease may still end; then the log store refuses, since its older attempts
 * are sealed before the next one is handed to anybody.
 */
export function createRunnerLogs(renewals: Renewals, logStore: Client<typeof LogService>): RunnerLogs {
  return {
    async append({ namespace, runnerId, appends }) {
      const refs = appends.map((append) => append.attempt as AttemptRef);
      const standing = await checkLeases(renewals, namespace, runnerId, refs);
      const statuses = refs.map((ref) => standing.get(refKey(ref)) as LeaseStatus);
      const allowed = appends.filter((_, index) => statuses[index]?.reason === ErrorReason.UNSPECIFIED);
      const { results } =
        allowed.length === 0
          ? { results: [] }
          : await logStore.appendLog(
              {
                namespace,
                appends: allowed.map(({ attempt, append }) => ({
                  jobId: attempt?.jobId ?? "",
                  attempt: standing.get(refKey(attempt as AttemptRef))?.attempt ?? 0,
                  ...(append === undefined ? {} : { append }),
                })),
              },
              { timeoutMs },
            );
      if (results.length !== allowed.length) throw new Error("the log store answered fewer appends than were sent");
      let next = 0;
      return statuses.map((status) => {
        const { attempt, cancelRequested } = status;
        if (status.reason !== ErrorReason.UNSPECIFIED) {
          const { reason, message, metadata } = status;
          return { reason, message, metadata, attempt, cancelRequested };
        }
        const stored = results[next++];
        const { reason = ErrorReason.UNSPECIFIED, message = "", firstSequence = 0n, nextSequence = 0n } = stored ?? {};
        return { reason, message, firstSequence, nextSequence, attempt, cancelRequested };
      });
    },
    async replaceText({ namespace, runnerId, attempt, stream, text }) {
      const ref = attempt as AttemptRef;
      const status = (await checkLeases(renewals, namespace, runnerId, [ref])).get(refKey(ref)) as LeaseStatus;
      if (status.reason !== ErrorReason.UNSPECIFIED) throw refusalOf(status);
      return logStore.replaceLogText(
        { stream: { namespace, jobId: ref.jobId, attempt: status.attempt, stream }, text },
        { timeoutMs },
      );
    },
  };
}
