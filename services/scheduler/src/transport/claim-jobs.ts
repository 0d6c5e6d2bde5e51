import { SwitchyardError } from "@switchyard/errors";
import type {
  ClaimJobsRequest,
  ClaimJobsResponse,
} from "@switchyard/proto/switchyard/scheduler/v1/dispatch_service_pb";
import { claimById, claimBest } from "../domain/core/claim.js";
import { openState } from "../domain/core/core-event.js";
import { serveOrWait } from "../domain/core/dispatch.js";
import { endAttempt } from "../domain/core/end.js";
import type { LiveAttempt } from "../domain/core/model.js";
import type { Decision } from "../domain/core/writes.js";
import { decodeId, type Directory, jobNotFound, type Place } from "../domain/directory.js";
import { readRecords } from "../domain/reads/job-record.js";
import type { ShardTerm } from "../domain/shard/shard-term.js";
import { SingleClaim } from "../domain/shard/single-claim.js";
import { leaseToProto } from "./attempt-to-proto.js";
import { withClaimSpan } from "./claim-span.js";
import { claimAbout } from "./claim-about.js";
import { checkBytes, checkName, checkRange, durationField } from "./fields.js";
import { profileFromProto } from "./profile-from-proto.js";

/** Claims jobs for one runner: by filter, perhaps waiting, or one by its id. */
export async function claimJobs(
  directory: Directory,
  request: ClaimJobsRequest,
  signal: AbortSignal,
): Promise<ClaimJobsResponse> {
  const place = await directory.open(request.namespace);
  const claim = singleClaim(place, request);
  try {
    const subject = request.profile?.subject ?? "";
    const waitMs = durationField("wait", request.wait, 0, 0, 20_000);
    if (request.jobId !== "") await claimOne(place, claim, request.jobId);
    else if (subject !== "") await claimAbout(place, claim, subject, waitMs, signal);
    else await claimSome(place, claim, waitMs, signal);
  } finally {
    claim.end();
  }
  if (signal.aborted) giveBack(place, claim.attempts);
  return leasesToProto(place, claim.attempts);
}

function singleClaim({ space }: Place, request: ClaimJobsRequest): SingleClaim {
  checkBytes("claim_info", request.claimInfo, 16 * 1_024);
  const runner = space.runner(checkName("runner_id", request.runnerId, 1, 255));
  const max = request.jobId !== "" ? 1 : checkRange("max_jobs", request.maxJobs || 1, 1, 1_000);
  const spec =
    request.jobId !== "" ? { kinds: [], labels: {}, queues: [], exclude: [] } : profileFromProto(request.profile);
  return new SingleClaim(runner, space.profileFor(spec), {
    max,
    maxHeld: request.maxHeld || Number.POSITIVE_INFINITY,
    leaseMs: durationField("lease", request.lease, undefined, 1_000, 7 * 86_400_000),
    claimInfo: request.claimInfo.byteLength > 0 ? request.claimInfo : undefined,
    startAtClaim: request.start,
  });
}

async function claimSome({ term }: Place, claim: SingleClaim, waitMs: number, signal: AbortSignal): Promise<void> {
  if (claim.wants() <= 0) return;
  term.assertValid();
  if (waitMs === 0) {
    const write = claimBest(term.clock.now(), claim);
    if (write) await term.write(write);
    return;
  }
  const write = serveOrWait(term.clock.now(), claim);
  if (write) return term.write(write);
  await served(term, claim, waitMs, signal);
  term.assertValid();
}

/** Waits for the first lease, for the end of the wait, or for the caller to go away. A lease that is reserved at the last moment still comes. */
async function served(term: ShardTerm, claim: SingleClaim, waitMs: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = term.clock.setTimeout(giveUp, waitMs);
    // Given away in good order, what is on the way is waited for; lost, nothing is.
    const unwatch = term.whenLost(() => {
      claim.giveUp();
      term.settled().then(end, end);
    });
    signal.addEventListener("abort", giveUp);
    claim.whenServed(end);
    if (signal.aborted) giveUp();

    function giveUp(): void {
      claim.giveUp();
      if (claim.underWay === 0) end();
    }
    function end(): void {
      term.clock.clearTimeout(timer);
      unwatch();
      signal.removeEventListener("abort", giveUp);
      resolve();
    }
  });
}

async function claimOne(place: Place, claim: SingleClaim, jobId: string): Promise<void> {
  const { term, space, ids } = place;
  const { serial } = decodeId(ids, jobId);
  if (claim.wants() <= 0) return;
  const answer = await term.settle(() => claimById(term.clock.now(), space.job(serial), claim));
  if (!("refused" in answer)) return;
  const [record] = await readRecords(term, space, [serial], false);
  if (!record) throw jobNotFound(jobId);
  const state = answer.job ? openState(answer.job) : record.state;
  throw new SwitchyardError("NOT_CLAIMABLE", `the job is ${state}`, { state });
}

/** The caller has gone away while its leases were written: nobody would work on them. */
function giveBack({ term }: Place, attempts: readonly LiveAttempt[]): void {
  for (const attempt of attempts) {
    const { job } = attempt;
    const release = (): Decision<void> => {
      if (job.live !== attempt) return { answer: undefined, writes: [] };
      if (job.pending) return { waitFor: job.pending };
      const write = endAttempt(term.clock.now(), attempt, { state: "RELEASED", endedBy: "undelivered" });
      return { answer: undefined, writes: [write] };
    };
    // Nobody waits for it; a term that is lost has told everybody.
    term.settle(release).catch(() => undefined);
  }
}

async function leasesToProto({ term, ids }: Place, attempts: readonly LiveAttempt[]): Promise<ClaimJobsResponse> {
  const bodies = await term.bodies.get(
    term.store,
    attempts.map(({ job }) => job),
  );
  const now = term.clock.now();
  const leases = attempts.flatMap((attempt, i) => {
    const body = bodies[i];
    return body ? [withClaimSpan(leaseToProto(attempt, body, ids, now), attempt)] : [];
  });
  return { $typeName: "switchyard.scheduler.v1.ClaimJobsResponse", leases };
}
