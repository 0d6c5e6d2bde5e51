import { type Lease, Outcome_Kind } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { jsonPayload } from "@switchyard/client";
import { type SchedulerApi, specOf } from "../fill/patterns.js";
import { kinds, namespace } from "../fill/vocabulary.js";

const runnerId = "runner-0";
/** Long enough that no attempt is lost while a machine stands still. */
const leaseSeconds = 600n;
const timeoutMs = 60_000;

let submitted = 0;

/** Submits one job of the bench by a call of its own. */
export async function submitOne({ jobs }: SchedulerApi): Promise<void> {
  const n = submitted++;
  const spec = specOf(n % (kinds.length - 1), `new-${Math.floor(n / 20)}`, "x".repeat(96));
  await jobs.submitJobs({ namespace, items: [{ spec }] }, { timeoutMs });
}

/** Claims the first job that waits, whatever its kind. */
export async function claimOne({ dispatch }: SchedulerApi): Promise<Lease> {
  const { leases } = await dispatch.claimJobs(
    {
      ...{ namespace, runnerId, maxJobs: 1, lease: { seconds: leaseSeconds } },
      profile: { kinds: [{ by: { case: "glob", value: "*" } }] },
    },
    { timeoutMs },
  );
  const [lease] = leases;
  if (!lease) throw new Error("there was no job to claim");
  return lease;
}

/** Reports that a claimed job succeeded. */
export async function endOne({ dispatch }: SchedulerApi, { jobId, attempt }: Lease): Promise<void> {
  const { results } = await dispatch.reportAttempts(
    {
      reports: [
        {
          ...{ namespace, runnerId, attempt: { jobId, by: { case: "attempt", value: attempt } } },
          report: {
            case: "outcome",
            value: { kind: Outcome_Kind.SUCCEEDED, result: jsonPayload({ ok: true, text: "y".repeat(128) }) },
          },
        },
      ],
    },
    { timeoutMs },
  );
  if (results[0]?.reason) throw new Error(`the end of a job was refused: ${results[0].message}`);
}
