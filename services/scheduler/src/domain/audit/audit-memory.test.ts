import { describe, expect, it } from "vitest";
import { claimBest } from "../core/claim.js";
import { committed } from "../core/core.js";
import { createCoreState } from "../core/core-state.js";
import { createEffects } from "../core/effects.js";
import { createOpenJob } from "../core/open-job.js";
import { noTraits } from "../core/group.js";
import { Namespace } from "../core/namespace.js";
import { keepFamily } from "../core/retention-bucket.js";
import { waitInLine } from "../core/wait.js";
import type { JobPolicy, OpenJob } from "../core/model.js";
import type { Waiter } from "../core/waiter.js";
import { auditMemory, type Finding } from "./audit-memory.js";

const policy = { leaseMs: 30_000, executionMs: 0, scheduleToStartMs: 0, holdByRunner: false } as JobPolicy;

/** A namespace with waiting jobs that name key `k`, of which one runs. */
function setup() {
  const state = createCoreState(keepFamily);
  const seed = { id: 1, name: "n", lastSerial: 0, lastCreatedMicros: 0, shapes: [], queues: [], marks: [] };
  const limits = [{ key: "k", seats: 1, ratePerSecond: undefined, burst: 1 }];
  const space = new Namespace({ ...seed, limits }, state.timers, keepFamily);
  state.spaces.set("n", space);
  const { shape } = space.shapeFor({ queue: "q", requiredLabels: [], laneLabels: [], policy });
  const place = { rankClass: 0, rank: 0, weight: 0, createdMicros: 1, bucket: 500_000 };
  for (let serial = 1; serial <= 3; serial++) {
    const traits = space.lanes.traitsFor(["k"], [], "");
    const job = createOpenJob({ space, serial, shape, kind: "a", traits, ...place }, "admitting");
    space.open(job);
    waitInLine(state, 0, job, createEffects());
  }
  let wanted = 3;
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
  const write = claimBest(0, waiter);
  if (!write) throw new Error("nothing was claimed");
  committed(state, 0, write);
  /** A job of a kind that waits from now on. */
  function add(serial: number, kind: string): void {
    const job = createOpenJob({ space, serial, shape, kind, traits: noTraits, ...place }, "admitting");
    space.open(job);
    waitInLine(state, 0, job, createEffects());
  }
  /** A job that waits no longer. */
  function remove(serial: number): void {
    const job = space.job(serial) as OpenJob;
    space.dequeue(job);
    space.close(job);
  }
  return { add, remove, space, queue: shape.site.queue, running: write.attempts[0]?.job as OpenJob };
}

/** Audits; `between` is called at each place where memory may go on, with the number of the place. */
function audit(space: Namespace, between: (place: number) => void = () => undefined): Finding[] {
  const work = auditMemory(space);
  for (let place = 0; ; place++) {
    const step = work.next();
    if (step.done) return step.value;
    between(place);
  }
}

describe("the audit of memory", () => {
  it("finds nothing where nothing is wrong", () => {
    const { space, queue } = setup();
    expect(queue.counts).toMatchObject({ queued: 2, claimed: 1 });
    expect(audit(space)).toEqual([]);
  });

  it.each([
    [
      "a seat that nobody holds",
      "seats",
      ({ space }: ReturnType<typeof setup>) => space.limits.key("concurrency", "k").holders.clear(),
    ],
    ["a runner that holds nothing", "runners", ({ space }: ReturnType<typeof setup>) => space.runner("r").held.clear()],
    ["a count that is off", "counts", ({ queue }: ReturnType<typeof setup>) => void queue.counts.queued++],
    [
      "a lane that has lost a job",
      "lists",
      ({ queue }: ReturnType<typeof setup>) => void [...queue.lanes].map((lane) => lane.size++),
    ],
  ])("finds %s", (_, sort, damage) => {
    const made = setup();
    damage(made);
    expect(audit(made.space).map((finding) => finding.sort)).toContain(sort);
  });

  /** Jobs 11 to 14 of four kinds, each in a lane of its own beside the one of `setup`. */
  function lanes() {
    const made = setup();
    for (let i = 1; i <= 4; i++) made.add(10 + i, `kind-${i}`);
    return made;
  }

  // Ten places: five lanes, then as many groups.
  it.each(Array.from({ length: 10 }, (_, place) => place))("finds nothing when jobs come and go at place %d", (at) => {
    for (let kind = 1; kind <= 4; kind++) {
      const made = lanes();
      const found = audit(made.space, (place) => {
        if (place !== at) return;
        made.add(20, `kind-${kind}`);
        made.add(21, "new");
        made.remove(10 + ((kind % 4) + 1));
      });
      expect(found).toEqual([]);
      expect(made.queue.counts.queued).toBe(7);
    }
  });

  it("finds a count that is off also while jobs come and go", () => {
    const made = lanes();
    made.queue.counts.queued++;
    const found = audit(made.space, (place) => made.add(20 + place, place < 20 ? `kind-${(place % 5) + 1}` : "kind-1"));
    expect(found.map(({ sort }) => sort)).toEqual(["counts"]);
  });
});
