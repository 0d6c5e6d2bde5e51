import type { MessageInitShape } from "@bufbuild/protobuf";
import type { Client } from "@connectrpc/connect";
import type { Clock } from "@switchyard/clock";
import { SwitchyardError } from "@switchyard/errors";
import type { ClaimJobRequest } from "@switchyard/proto/switchyard/runner/v1/runner_service_pb";
import type { Lease } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import type {
  ClaimJobsRequestSchema,
  DispatchService,
} from "@switchyard/proto/switchyard/scheduler/v1/dispatch_service_pb";
import type { RunnerProfile } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import { durationFromMs, durationToMs } from "./durations.js";
import type { GiveBack } from "./give-back.js";
import type { Renewals } from "./renewals/renewals.js";
import type { RunnerRecord, RunnerRow } from "./runner-record.js";
import { requireUsable } from "./runner-registry.js";
import type { SealBeforeHanding } from "./seal-before-handing.js";
import type { SignsOfLife } from "./signs-of-life.js";

/** What {@link createClaimJob} needs. */
export interface ClaimJobDeps {
  readonly scheduler: Client<typeof DispatchService>;
  /** Reads a runner as it is now: a pause that another replica took must hold at once. */
  readonly load: (namespace: string, runnerId: string) => Promise<RunnerRow | undefined>;
  readonly profileOf: (record: RunnerRecord) => RunnerProfile | undefined;
  readonly renewals: Renewals;
  readonly signs: Pick<SignsOfLife, "showPresent">;
  readonly giveBack: GiveBack;
  readonly sealBeforeHanding: SealBeforeHanding;
  readonly clock: Clock;
  /** Aborted when the gateway ends. */
  readonly stopping: AbortSignal;
}

/**
 * Longest single wait at the scheduler. A call to it is never cut off, since the lease in its answer would be lost; so this is
 * also how long a caller that has gone can keep taking part. A job that comes for such a caller is given back.
 */
const sliceMs = 2_000;
const callTimeoutMs = 10_000;

/**
 * Creates the handler of `ClaimJob`: one job for the simplest runners, at once or after a wait. The scheduler counts what
 * the runner holds, so that claims over several gateways never exceed its slots.
 *
 * @throws SwitchyardError RUNNER_NOT_FOUND, TOKEN_REVOKED; JOB_NOT_FOUND, NOT_CLAIMABLE for a job by id;
 * SERVICE_UNAVAILABLE when older logs of the job could not be sealed
 */
export function createClaimJob(
  deps: ClaimJobDeps,
): (request: ClaimJobRequest, signal: AbortSignal) => Promise<Lease | undefined> {
  const { scheduler, renewals, giveBack, clock } = deps;

  async function claim(record: RunnerRecord, request: ClaimJobRequest, waitMs: number): Promise<Lease | undefined> {
    const profile = request.profile ?? deps.profileOf(record);
    const question: MessageInitShape<typeof ClaimJobsRequestSchema> = {
      namespace: record.namespace,
      runnerId: record.id,
      maxJobs: 1,
      jobId: request.jobId,
      wait: durationFromMs(waitMs),
      claimInfo: request.claimInfo,
      maxHeld: record.slots,
      start: request.start,
      ...(profile === undefined ? {} : { profile }),
      ...(request.lease === undefined ? {} : { lease: request.lease }),
    };
    const { leases } = await scheduler.claimJobs(question, { timeoutMs: waitMs + callTimeoutMs });
    return leases[0];
  }

  return async (request, signal) => {
    const { namespace, runnerId } = request;
    const endMs = clock.monotonicMs() + (request.wait === undefined ? 0 : durationToMs(request.wait));
    for (;;) {
      const record = requireUsable(await deps.load(namespace, runnerId), runnerId);
      await deps.signs.showPresent(record);
      if (record.draining || record.paused || deps.stopping.aborted) return undefined;
      // An attempt may hang on the runner's presence, which must be there before it.
      const presenceLeft = (renewals.presenceEndMs(namespace, runnerId) ?? 0) - clock.monotonicMs();
      if (presenceLeft > record.presenceMs / 2) renewals.touch(namespace, runnerId, record.presenceMs);
      else await renewals.renew({ namespace, runnerId, presenceMs: record.presenceMs });

      const waitMs = Math.max(0, Math.min(sliceMs, endMs - clock.monotonicMs()));
      const lease = await claim(record, request, waitMs);
      if (lease !== undefined) {
        if (!(await deps.sealBeforeHanding(lease))) {
          giveBack.release([lease], "older logs could not be sealed");
          throw new SwitchyardError("SERVICE_UNAVAILABLE", "the log store does not answer");
        }
        if (!signal.aborted) return lease;
        giveBack.release([lease], "the claimer has gone");
      }
      signal.throwIfAborted();
      if (clock.monotonicMs() >= endMs) return undefined;
    }
  };
}
