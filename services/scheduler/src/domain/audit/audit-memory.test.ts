import { describe, expect, it } from "vitest";
import { claimBest } from "../core/claim.js";
import { committed } from "../core/core.js";
import { createCoreState } from "../core/core-state.js";
import { createOpenJob } from "../core/open-job.js";
import { Namespace } from "../core/namespace.js";
import { waitInLine } from "../core/wait.js";
import type { JobPolicy, OpenJob } from "../core/model.js";
import type { Waiter } from "../core/waiter.js";
import { auditMemory } from "./audit-memory.js";

const policy = { leaseMs: 30_000, executionMs: 0, scheduleToStartMs: 0, holdByRunner: false } as JobPolicy;

/** A namespace with waiting jobs that name key `k`, of which one runs. */
function setup() {
  const state = createCoreState();
  const seed = { id: 1, name: "n", lastSerial: 0, lastCreatedMicros: 0, shapes: [], queues: [] };
  const limits = [{ key: "k", seats: 1, ratePerSecond: undefined, burst: 1 }];
  const space = new Namespace({ ...seed, limits }, state.timers);
  state.spaces.set("n", space);
  const { shape } = space.shapeFor({ queue: "q", requiredLabels: [], laneLabels: [], policy });
  const place = { rankClass: 0, rank: 0, weight: 0, createdMicros: 1 };
  for (let serial = 1; serial <= 3; serial++) {
    const traits = space.lanes.traitsFor(["k"], [], "");
    const job = createOpenJob({ space, serial, shape, kind: "a", traits, ...place }, "admitting");
    space.open(job);
    waitInLine(state, 0, job, { lanes: new Set(), writes: [] });
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
  return { space, queue: shape.site.queue, running: write.attempts[0]?.job as OpenJob };
}

describe("the audit of memory", () => {
  it("finds nothing where nothing is wrong", () => {
    const { space, queue } = setup();
    expect(queue.counts).toMatchObject({ queued: 2, claimed: 1 });
    expect(auditMemory(space)).toEqual([]);
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
    expect(auditMemory(made.space).map((finding) => finding.sort)).toContain(sort);
  });
});
