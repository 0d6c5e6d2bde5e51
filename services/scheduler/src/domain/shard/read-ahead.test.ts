import { expect, test } from "vitest";
import { CoreWorld } from "../../../test/core/core-world.js";
import { profileOf, type TestJob } from "../../../test/core/test-jobs.js";
import { claimBest } from "../core/claim.js";
import type { Lane } from "../core/lane.js";
import { ReadAhead } from "./read-ahead.js";

const budget = 128 * 100_000;

/** Jobs that wait, what is in memory of their bodies, and who reads ahead for them. */
function setup() {
  const world = new CoreWorld();
  const inMemory = new Map<number, number>();
  const ahead = new ReadAhead(budget, (_, serial) => inMemory.get(serial));
  const laneOf = (job: number): Lane => {
    const { shape, kind } = world.job(job);
    const lane = shape.site.lanes.get(kind);
    if (!lane) throw new Error("no lane");
    return lane;
  };
  const due = (lane: Lane, claimed = 1) => ahead.due(world.space, lane, claimed).map(({ serial }) => serial);
  const keep = (serials: readonly number[], bytes = 1) => {
    for (const serial of serials) inMemory.set(serial, bytes);
  };
  const add = (n: number, of: (i: number) => TestJob = () => ({})) =>
    world.add(...Array.from({ length: n }, (_, i) => of(i)));
  return { world, inMemory, laneOf, due, keep, add };
}

test("reads the next jobs of a lane from its second claim on, in the order of the claims", () => {
  const { laneOf, due, keep, add } = setup();
  const serials = add(300, (i) => ({ rank: -i }));
  const order = [...serials].reverse();
  const lane = laneOf(serials[0] as number);
  expect(due(lane)).toEqual([]);
  expect(due(lane)).toEqual(order.slice(0, 128));
  keep(order.slice(0, 128));
  expect(due(lane)).toEqual([]);
});

test("reads on when fewer than half are in memory", () => {
  const { inMemory, laneOf, due, keep, add } = setup();
  const serials = add(300);
  const lane = laneOf(serials[0] as number);
  due(lane);
  keep(serials.slice(0, 64));
  expect(due(lane)).toEqual([]);
  inMemory.delete(serials[63] as number);
  expect(due(lane)).toEqual([serials[63], ...serials.slice(64, 128)]);
});

test("large claims are read further ahead for, up to a bound", () => {
  const { laneOf, due, add } = setup();
  const serials = add(3_000);
  const lane = laneOf(serials[0] as number);
  due(lane);
  expect(due(lane, 100)).toHaveLength(400);
  expect(due(lane, 1_000)).toHaveLength(1_024);
});

test("large bodies end the look", () => {
  const { laneOf, due, keep, add } = setup();
  const serials = add(300);
  const lane = laneOf(serials[0] as number);
  due(lane);
  keep(serials.slice(0, 4), 20_000);
  expect(due(lane)).toEqual([]);
  keep(serials.slice(0, 4), 10_000);
  keep(serials.slice(5, 6), 60_000);
  expect(due(lane)).toEqual([serials[4]]);
});

test("groups behind the head are read too, those behind a full key are not", () => {
  const { world, laneOf, due, add } = setup();
  world.space.limits.key("concurrency", "full").spec = { seats: 1, ratePerSecond: undefined, burst: 1 };
  const shared = add(2, () => ({ fairnessKey: "a" }));
  const [running, held] = add(2, () => ({ concurrencyKeys: ["full"], rank: -1 }));
  const others = add(3, (i) => ({ fairnessKey: `b${i}` }));
  const lane = laneOf(shared[0] as number);
  const waiter = world.waiter(profileOf());
  const write = claimBest(world.now, waiter);
  world.perform(write ? [write] : []);
  expect(world.job(running as number).phase).toBe("running");
  due(lane);
  const found = due(lane);
  expect(found.slice(0, 2)).toEqual(shared);
  expect(found.slice(2).sort()).toEqual(others);
  expect(found).not.toContain(held);
});

test("of more lanes in turns than it can keep apart none is read ahead for", () => {
  const { laneOf, due, add } = setup();
  const serials = add(129, (i) => ({ kind: `kind-${i}` }));
  const lanes = serials.map(laneOf);
  for (let round = 0; round < 2; round++) for (const lane of lanes) expect(due(lane)).toEqual([]);
  for (let round = 0; round < 2; round++) for (const lane of lanes.slice(0, 128)) due(lane);
  expect(due(lanes[0] as Lane)).toEqual([serials[0]]);
});
