import fc from "fast-check";
import { durationFromMs } from "@bufbuild/protobuf/wkt";
import type { World } from "../world/world.js";
import { profiles } from "./claims.js";
import { command, type Feature, type Rule } from "./feature.js";

/** A gateway's session, as the gateway knows it. */
interface Session {
  id: string;
  revision: bigint;
  credit: Record<string, bigint>;
  received: bigint;
}

/** Gateways that state the demand of their runners as credit, and get leases for it in held calls. */
export const capacityFeature: Feature = {
  name: "capacity",
  commands: [
    command({
      name: "sync",
      weight: 4,
      data: fc.record({
        gateway: fc.constantFrom("g0", "g1"),
        runner: fc.constantFrom("s0", "s1"),
        more: fc.nat(2),
        holdMs: fc.constantFrom(0, 15),
        loses: fc.boolean(),
      }),
      run: sync,
    }),
  ],
  settle: async (world) => {
    // Sessions that nobody hears of any more must not be given the last jobs.
    for (const gateway of ["g0", "g1"])
      if (sessions(world).has(gateway)) await call(world, gateway, { demands: [], full: true });
  },
  rules: [creditIsKept],
};

async function sync(
  world: World,
  data: { readonly gateway: string; readonly runner: string; readonly more: number; holdMs: number; loses: boolean },
): Promise<void> {
  const { gateway, more, holdMs, loses } = data;
  const session = sessionOf(world, gateway);
  // A runner calls through one gateway at a time.
  const runnerId = `${gateway}-${data.runner}`;
  world.runners.add(runnerId);
  session.credit[runnerId] = (session.credit[runnerId] ?? 0n) + BigInt(more);
  const demands = Object.entries(session.credit).map(([id, credit]) => ({
    ...{ namespace: world.namespace, runnerId: id, profile: profiles.all, credit },
  }));
  await call(world, gateway, { demands, full: true, hold: durationFromMs(holdMs) }, loses);
}

/** Calls in a session. An error ends the session, since the owner that knew of it may be gone; an answer may get lost on its way. */
async function call(world: World, gateway: string, message: object, loses = false): Promise<void> {
  const session = sessionOf(world, gateway);
  const request = {
    sessionId: session.id,
    revision: ++session.revision,
    receivedDelivery: session.received,
    ...message,
  };
  const answer = await world.call("syncCapacity", request, true);
  if (!answer) sessions(world).delete(gateway);
  else if (!loses) {
    if (answer.delivery > session.received) session.received = answer.delivery;
    const isNew = answer.leases.filter(
      ({ jobId, attempt }) => !world.leases.some((known) => known.jobId === jobId && known.attempt === attempt),
    );
    world.got(isNew);
  }
}

function sessions(world: World): Map<string, Session> {
  const known = (world.notes.get("sessions") ?? new Map()) as Map<string, Session>;
  world.notes.set("sessions", known);
  return known;
}

function sessionOf(world: World, gateway: string): Session {
  const session = sessions(world).get(gateway) ?? {
    ...{ id: `${world.namespace}-${gateway}-${world.number()}`, revision: 0n, credit: {}, received: 0n },
  };
  sessions(world).set(gateway, session);
  return session;
}

/** A session's runner never gets more leases than it asked for. */
function creditIsKept({ evidence }: Parameters<Rule>[0], say: Parameters<Rule>[1]): void {
  const credit = new Map<string, bigint>();
  const granted = new Map<string, Set<string>>();
  for (const { request, answer } of evidence.history.of("syncCapacity")) {
    for (const demand of request.demands ?? []) {
      const name = `${request.sessionId}/${demand.runnerId}`;
      const before = credit.get(name) ?? 0n;
      credit.set(name, demand.credit !== undefined && BigInt(demand.credit) > before ? BigInt(demand.credit) : before);
    }
    for (const { jobId, attempt, runnerId } of answer?.leases ?? []) {
      const name = `${request.sessionId}/${runnerId}`;
      granted.set(name, (granted.get(name) ?? new Set()).add(`${jobId}/${attempt}`));
    }
  }
  for (const [name, leases] of granted)
    if (leases.size > Number(credit.get(name) ?? 0n))
      say(`${name} got ${leases.size} leases and asked for ${credit.get(name) ?? 0n}`);
}
