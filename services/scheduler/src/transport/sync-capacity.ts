import type { HandlerContext } from "@connectrpc/connect";
import { SwitchyardError } from "@switchyard/errors";
import type {
  RunnerDemand,
  SyncCapacityRequest,
  SyncCapacityResponse,
} from "@switchyard/proto/switchyard/scheduler/v1/dispatch_service_pb";
import { whenAborted } from "@switchyard/rpc";
import { serveOrWait } from "../domain/core/dispatch.js";
import type { LiveAttempt } from "../domain/core/model.js";
import type { Directory } from "../domain/directory.js";
import { Demand, type Delivery, GatewaySession } from "../domain/shard/session.js";
import { livesElsewhere } from "../domain/sharding/not-owner.js";
import type { ShardTerm } from "../domain/shard/shard-term.js";
import { leaseToProto, revocationToProto } from "./attempt-to-proto.js";
import { withClaimSpan } from "./claim-span.js";
import { checkName, durationField, invalid } from "./fields.js";
import { profileFromProto } from "./profile-from-proto.js";

/** A session that has not called for this long is forgotten; what it was granted runs out with its leases. */
const sessionIdleMs = 60_000;
const maxHoldMs = 20_000;

/** Takes a gateway's demand, and answers when there is work or something to stop for its runners, or when the hold is over. */
export async function syncCapacity(
  directory: Directory,
  request: SyncCapacityRequest,
  context: HandlerContext,
): Promise<SyncCapacityResponse> {
  checkName("session_id", request.sessionId, 1, 128);
  const holdMs = durationField("hold", request.hold, 0, 0, maxHoldMs);
  const { shard } = request;
  for (const { namespace } of request.demands) {
    const place = await directory.open(namespace);
    if (place.term.term.shard !== shard) throw livesElsewhere(namespace, place.term.term.shard);
  }
  const term = await directory.shard(shard);
  const session = sessionOf(term, request);
  session.received(Number(request.receivedDelivery));
  takeDemands(term, session, request);
  if (!session.hasNews && holdMs > 0) {
    await held(term, session, holdMs, context);
    // The shard is given away: leases that are on their way to this session should still leave with this answer.
    if (term.isQuiet) await term.settled();
  }
  term.assertValid();
  if (!session.hasNews) return nothingNew(request.receivedDelivery);
  return deliveryToProto(term, directory, session.take());
}

/**
 * The session of a request. One that goes on and is not known was begun with an owner before, or is forgotten: what it was granted is
 * not known either, and its credit would be granted a second time. The gateway begins a new one.
 */
function sessionOf(term: ShardTerm, { sessionId: id, revision, demands, full }: SyncCapacityRequest): GatewaySession {
  const now = term.clock.now();
  for (const [other, session] of term.sessions) {
    if (session.lastSeen > now - sessionIdleMs) continue;
    session.end();
    term.sessions.delete(other);
  }
  let session = term.sessions.get(id);
  if (!session) {
    // One that says nothing new relies on what it said before, which is not known here; only the closing of a session asks for nothing.
    if (revision > 1n && (demands.length > 0 || !full))
      throw new SwitchyardError("SHARD_LOST", "the session is not known here; begin a new one", { session_id: id });
    session = new GatewaySession();
    term.sessions.set(id, session);
  }
  session.lastSeen = now;
  return session;
}

/**
 * Takes in what a request states. Two of a session may overtake each other on their ways, and one may come twice: the word of an older one counts no more, or
 * a runner whose gateway believes it to be waiting would wait for nothing.
 */
function takeDemands(term: ShardTerm, session: GatewaySession, request: SyncCapacityRequest): void {
  const { demands, full, revision } = request;
  if (revision <= session.fullRevision) return;
  for (const message of demands) {
    const key = keyOf(message);
    if (revision <= (session.demands.get(key)?.revision ?? 0n)) continue;
    const demand = demandOf(term, session, key, message);
    demand.revision = revision;
    demand.credit = Math.max(0, Number(message.credit));
    const write = serveOrWait(term.clock.now(), demand);
    if (write) term.writeAll([write]);
  }
  if (!full) return;
  session.fullRevision = revision;
  for (const [key, demand] of session.demands) {
    if (demand.revision >= revision) continue;
    demand.end();
    session.demands.delete(key);
  }
}

function keyOf({ namespace, runnerId }: RunnerDemand): string {
  return `${namespace}/${runnerId}`;
}

function demandOf(term: ShardTerm, session: GatewaySession, key: string, message: RunnerDemand): Demand {
  const space = term.state.spaces.get(message.namespace);
  if (!space) throw invalid("demands.namespace", "is not known");
  let demand = session.demands.get(key);
  if (!demand) {
    const profile = space.profileFor(profileFromProto(message.profile));
    demand = new Demand(session, space.runner(checkName("demands.runner_id", message.runnerId, 1, 255)), profile);
    session.demands.set(key, demand);
  } else if (message.profile) {
    demand.changeProfile(space.profileFor(profileFromProto(message.profile)));
  }
  if (message.profile?.subject) throw invalid("demands.profile.subject", "can be asked for by ClaimJobs only");
  const leaseMs = durationField("demands.lease", message.lease, undefined, 1_000, 7 * 86_400_000);
  demand.leaseMs = leaseMs;
  return demand;
}

/** Most answers to calls that a newer one has replaced. */
function nothingNew(delivery: bigint): SyncCapacityResponse {
  return {
    $typeName: "switchyard.scheduler.v1.SyncCapacityResponse",
    delivery,
    leases: [],
    revocations: [],
    lapsed: [],
  };
}

function held({ clock }: ShardTerm, session: GatewaySession, holdMs: number, context: HandlerContext): Promise<void> {
  return new Promise((resolve) => {
    let unwatch: (() => void) | undefined;
    const end = () => {
      clock.clearTimeout(timer);
      unwatch?.();
      session.unhold(end);
      resolve();
    };
    const timer = clock.setTimeout(end, holdMs);
    session.hold(end);
    unwatch = whenAborted(context, end);
  });
}

async function deliveryToProto(
  term: ShardTerm,
  directory: Directory,
  { number, attempts, revocations }: Delivery,
): Promise<SyncCapacityResponse> {
  const live: LiveAttempt[] = [];
  const lapsed: LiveAttempt[] = [];
  for (const attempt of attempts) (attempt.job.live === attempt ? live : lapsed).push(attempt);
  const jobs = live.map(({ job }) => job);
  const bodies = await term.bodies.get(term.store, jobs);
  const now = term.clock.now();
  return {
    $typeName: "switchyard.scheduler.v1.SyncCapacityResponse",
    delivery: BigInt(number),
    leases: live.map((attempt, i) => {
      const body = bodies[i];
      if (!body) throw new Error("a job without a body");
      return withClaimSpan(leaseToProto(attempt, body, directory.ids(attempt.job.space.name), now), attempt);
    }),
    revocations: revocations.map((revoked) => ({
      $typeName: "switchyard.scheduler.v1.RunnerRevocation",
      namespace: revoked.space.name,
      runnerId: revoked.runnerId,
      revocation: revocationToProto(revoked, directory.ids(revoked.space.name)),
    })),
    lapsed: lapsed.map(({ job, number: attempt, runner }) => ({
      $typeName: "switchyard.scheduler.v1.LapsedLease",
      namespace: job.space.name,
      runnerId: runner.id,
      jobId: directory.ids(job.space.name).encodeJob(job.serial),
      attempt,
    })),
  };
}
