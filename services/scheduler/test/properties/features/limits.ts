import fc from "fast-check";
import { JobEventType } from "@switchyard/proto/switchyard/scheduler/v1/event_pb";
import type { Call } from "../world/history.js";
import type { World } from "../world/world.js";
import { command, type Feature, itemPart, type Rule } from "./feature.js";

/** Keys with their seats at the beginning. `group.*` is the default of all keys that begin so; `free` has no limit. */
const limits = { one: 1, two: 2, "group.*": 1 } as const;
const keys = ["one", "two", "group.a", "group.b", "free"] as const;

/** Keys whose seats bound how many of their jobs run at once. */
export const limitsFeature: Feature = {
  name: "limits",
  item: itemPart({
    oneIn: 2,
    data: fc.uniqueArray(fc.constantFrom(...keys), { minLength: 1, maxLength: 2 }),
    spec: (_, names) => ({ concurrencyKeys: [...names] }),
  }),
  commands: [
    command({
      name: "set-limit",
      weight: 0.7,
      data: fc.record({ key: fc.constantFrom("one", "two"), seats: fc.constantFrom(0, 1, 2, 3, undefined) }),
      run: (world, { key, seats }) => setLimit(world, key, seats),
    }),
  ],
  setUp: async (world) => {
    for (const [key, seats] of Object.entries(limits)) await setLimit(world, key, seats);
  },
  settle: async (world) => {
    for (const [key, seats] of Object.entries(limits)) await setLimit(world, key, seats);
  },
  finish: async (world) => {
    await world.call("listLimits", { namespace: world.namespace });
  },
  rules: [seatsAreNeverOver, seatsAreNeverLeaked],
};

async function setLimit(world: World, key: string, seats: number | undefined): Promise<void> {
  const limit = seats === undefined ? { key } : { key, seats };
  await world.call("setLimits", { namespace: world.namespace, limits: [limit] });
}

/** Whenever an attempt begins, fewer attempts hold its keys than there may be seats at that moment. */
function seatsAreNeverOver({ evidence, model }: Parameters<Rule>[0], say: Parameters<Rule>[1]): void {
  const calls = evidence.history.of("setLimits");
  const claims = claimedBy(evidence.history.of("claimJobs"));
  const holders = new Map<string, Set<string>>();
  for (const { jobId, type, attempt } of evidence.events) {
    for (const key of model.jobs.get(jobId)?.item?.spec.concurrencyKeys ?? []) {
      const held = holders.get(key) ?? new Set<string>();
      holders.set(key, held);
      if (type === JobEventType.CLAIMED) {
        const most = seatsDuring(calls, key, claims.get(`${jobId}/${attempt}`));
        if (held.size >= most)
          say(`attempt ${attempt} of job ${jobId} took seat ${held.size + 1} of ${most} of key ${key}`);
        held.add(jobId);
      } else if (!stillHeld.includes(type)) held.delete(jobId);
    }
  }
}

/** Events that leave the attempt where it is. */
const stillHeld: readonly JobEventType[] = [
  JobEventType.STARTED,
  JobEventType.CANCEL_REQUESTED,
  JobEventType.AMENDED,
  JobEventType.SUBMITTED,
  JobEventType.READY,
];

/** The calls that brought each lease. */
function claimedBy(calls: readonly Call<"claimJobs">[]): Map<string, Call<"claimJobs">> {
  return new Map(
    calls.flatMap((call) =>
      (call.answer?.leases ?? []).map(({ jobId, attempt }) => [`${jobId}/${attempt}`, call] as const),
    ),
  );
}

/** The most seats that a key may have had during a call, or at any time when it is not known which call it was. */
function seatsDuring(calls: readonly Call<"setLimits">[], key: string, during: Call<"claimJobs"> | undefined): number {
  const name = key.startsWith("group.") ? "group.*" : key;
  const { begin = 0, end = Number.POSITIVE_INFINITY } = during ?? {};
  const about = calls.filter(({ request }) => request.limits?.[0]?.key === name);
  // One that was over before another one began, which was over before the claim began, can't hold any more.
  const possible = about.filter(
    (call) => call.begin < end && !about.some((later) => later.answer && later.begin > call.end && later.end < begin),
  );
  if (possible.length === 0) return Number.POSITIVE_INFINITY;
  return Math.max(...possible.map(({ request }) => request.limits?.[0]?.seats ?? Number.POSITIVE_INFINITY));
}

/** When nothing runs, no seat is taken and nobody waits for one. */
function seatsAreNeverLeaked({ evidence }: Parameters<Rule>[0], say: Parameters<Rule>[1]): void {
  const last = evidence.history.of("listLimits").findLast(({ answer }) => answer !== undefined);
  if (!evidence.drained) return;
  for (const { key, seatsUsed, waiting } of last?.answer?.limits ?? []) {
    if (seatsUsed > 0) say(`${seatsUsed} seats of key ${key} are taken in the end`);
    if (waiting > 0n) say(`${waiting} jobs wait for key ${key} in the end`);
  }
}
