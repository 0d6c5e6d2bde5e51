import { describe, expect, it } from "vitest";
import { reorder } from "./amend.js";
import { claimBest } from "./claim.js";
import { committed } from "./core.js";
import { createCoreState } from "./core-state.js";
import { createEffects } from "./effects.js";
import { noTraits } from "./group.js";
import type { JobPolicy, OpenJob } from "./model.js";
import { Namespace } from "./namespace.js";
import { createOpenJob } from "./open-job.js";
import { indexPlaces, openInOrder, placeOf } from "./position.js";
import { keepFamily } from "./retention-bucket.js";
import { waitInLine } from "./wait.js";
import type { Waiter } from "./waiter.js";
import type { Decision, Write } from "./writes.js";

/** A queue of jobs with ranks 1, 2, 3... and weights of 10 times that. */
function setup(count: number) {
  const state = createCoreState(keepFamily);
  const space = new Namespace(
    { id: 1, name: "n", lastSerial: 0, lastCreatedMicros: 0, shapes: [], queues: [], limits: [], marks: [] },
    state.timers,
    keepFamily,
  );
  state.spaces.set("n", space);
  const policy = { leaseMs: 1_000, executionMs: 0, scheduleToStartMs: 0, holdByRunner: false } as JobPolicy;
  const { shape } = space.shapeFor({ queue: "q", requiredLabels: [], laneLabels: [], policy });
  for (let rank = 1; rank <= count; rank++) {
    const place = { rankClass: 0, rank, weight: rank * 10, createdMicros: 0, bucket: 500_000 };
    const init = { space, serial: rank, shape, kind: "a", traits: noTraits, ...place };
    const job = createOpenJob(init, "admitting");
    space.open(job);
    waitInLine(state, 0, job, createEffects());
  }
  const commit = (write: Write) => committed(state, 0, write);
  const serials = (slots: Iterable<number>) => [...slots].map((slot) => space.table.serial[slot]);
  const index = () => indexPlaces(space, shape.site.queue);
  const line = () => serials(openInOrder(space, { queue: "q", standings: ["waiting", "running"] }));
  const open = () => serials(openInOrder(space, { queue: "q" }));
  return { state, space, shape, commit, index, line, open };
}

function writeOf<Answer>(decision: Decision<Answer>): Write {
  if ("waitFor" in decision) throw new Error("another write is on the way");
  return decision.writes[0] as Write;
}

const claim = (space: Namespace) => {
  let wanted = 1;
  const waiter: Waiter = {
    runner: space.runner("r"),
    profile: space.profileFor({ kinds: [{ glob: "*" }], labels: {}, queues: [], exclude: [] }),
    waitingSince: 0,
    wants: () => wanted,
    reserve: () => void wanted--,
    deliver: () => undefined,
    leaseMs: undefined,
    claimInfo: undefined,
    startAtClaim: false,
    notify: undefined,
  };
  return claimBest(0, waiter) as Write;
};

describe("an index of places", () => {
  it("made while a job is taken aside has it at its old place, and later at its new one", () => {
    const { space, commit, index, line } = setup(4);
    const write = writeOf(reorder(0, space.job(1) as OpenJob, { rankClass: 0, rank: 3.5, weight: 1 }, 0));
    index();
    expect(line()).toEqual([1, 2, 3, 4]);
    commit(write);
    expect(line()).toEqual([2, 3, 1, 4]);
    expect(placeOf(space.job(4) as OpenJob, false)).toEqual({ position: 3, weightAhead: 51 });
  });

  it("made while a job is claimed has it in line until that is durable, and then among the running", () => {
    const { space, commit, index, line } = setup(3);
    const write = claim(space);
    index();
    expect(line()).toEqual([1, 2, 3]);
    expect(placeOf(space.job(2) as OpenJob, false).position).toBe(1);
    commit(write);
    expect(line()).toEqual([1, 2, 3]);
    expect(placeOf(space.job(2) as OpenJob, false)).toEqual({ position: 0, weightAhead: 0 });
    expect(placeOf(space.job(2) as OpenJob, true)).toEqual({ position: 1, weightAhead: 10 });
  });

  it("follows a running job to another place", () => {
    const { space, commit, index, line } = setup(3);
    commit(claim(space));
    index();
    expect(line()).toEqual([1, 2, 3]);
    commit(writeOf(reorder(0, space.job(1) as OpenJob, { rankClass: 1, rank: 0, weight: 5 }, 0)));
    expect(line()).toEqual([2, 3, 1]);
    expect(placeOf(space.job(3) as OpenJob, true)).toEqual({ position: 1, weightAhead: 20 });
  });

  it("has those that wait for their time beside the line, at their places, and in it when the time has come", () => {
    const { state, space, shape, commit, index, line, open } = setup(3);
    index();
    const place = { rankClass: 0, rank: 1.5, weight: 7, createdMicros: 0, bucket: 500_000 };
    const late = createOpenJob({ space, serial: 4, shape, kind: "a", traits: noTraits, ...place }, "admitting");
    late.readyAt = 1_000;
    expect(open()).toEqual([1, 2, 3]);
    space.open(late);
    waitInLine(state, 0, late, createEffects());
    expect([line(), open()]).toEqual([
      [1, 2, 3],
      [1, 4, 2, 3],
    ]);
    commit(writeOf(reorder(0, late, { rankClass: 0, rank: 2.5, weight: 7 }, 0)));
    expect([line(), open()]).toEqual([
      [1, 2, 3],
      [1, 2, 4, 3],
    ]);
    late.readyAt = 0;
    waitInLine(state, 1_000, late, createEffects());
    expect([line(), open()]).toEqual([
      [1, 2, 4, 3],
      [1, 2, 4, 3],
    ]);
    space.dequeue(late);
    space.close(late);
    expect([line(), open()]).toEqual([
      [1, 2, 3],
      [1, 2, 3],
    ]);
  });

  it("made later has those that wait for their time too", () => {
    const { state, space, shape, index, open } = setup(1);
    const place = { rankClass: 0, rank: 0.5, weight: 7, createdMicros: 0, bucket: 500_000 };
    const late = createOpenJob({ space, serial: 2, shape, kind: "a", traits: noTraits, ...place }, "admitting");
    late.readyAt = 1_000;
    space.open(late);
    waitInLine(state, 0, late, createEffects());
    index();
    expect(open()).toEqual([2, 1]);
  });
});

describe("open jobs in order", () => {
  const serialsOf = ({ space }: ReturnType<typeof setup>, selection: Parameters<typeof openInOrder>[1]) =>
    [...openInOrder(space, selection)].map((slot) => space.table.serial[slot]);

  it.each([false, true])("go on behind any place, with an index: %s", (indexed) => {
    const made = setup(2_000);
    if (indexed) made.index();
    const { commit, space } = made;
    commit(claim(space));
    for (const serial of [700, 1_500]) space.dequeue(space.job(serial) as OpenJob);
    const all = serialsOf(made, { queue: "q" });
    for (const rank of [0, 1, 1.5, 479, 480, 481, 700, 1_024, 1_999, 2_000, 2_001]) {
      const after = { rankClass: 0, rank, serial: Math.floor(rank) };
      expect(serialsOf(made, { queue: "q", after })).toEqual(all.filter((serial) => (serial ?? 0) > rank));
    }
    expect(serialsOf(made, { after: { rankClass: -1, rank: 9_999, serial: 1 } })).toEqual(all);
    expect(serialsOf(made, { after: { rankClass: 1, rank: 0, serial: 1 } })).toEqual([]);
  });

  it.each([false, true])("are told apart by what they do, and by kind while they are not indexed: %s", (indexed) => {
    const made = setup(5);
    if (indexed) made.index();
    made.commit(claim(made.space));
    expect(serialsOf(made, { standings: ["running"] })).toEqual([1]);
    expect(serialsOf(made, { standings: ["waiting"] })).toEqual([2, 3, 4, 5]);
    expect(serialsOf(made, { standings: ["aside"] })).toEqual([]);
    expect(serialsOf(made, { kinds: ["b"], standings: ["waiting"] })).toEqual(indexed ? [2, 3, 4, 5] : []);
    expect(serialsOf(made, { queue: "other" })).toEqual([]);
  });
});
