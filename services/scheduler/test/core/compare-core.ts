import { compareOrder } from "../../src/domain/core/order.js";
import { claimable } from "../../src/domain/core/peek.js";
import { indexPlaces, openInOrder } from "../../src/domain/core/position.js";
import { agree } from "./agree.js";
import type { CoreWorld } from "./core-world.js";
import type { ModelFollower } from "./model-follower.js";
import type { ModelJob } from "./naive-model.js";
import { profileOf } from "./test-jobs.js";

/** A runner that can do every job of the tests. */
export const anything = profileOf({ labels: { gpu: "1", zone: "eu" } });

/** Compares what both hold, but for the order of the line, which claims compare. */
export function compareCore(follower: ModelFollower): void {
  const { world, model, waiting: runners } = follower;
  const { now, space } = world;
  agree("open jobs", space.openJobs, model.jobs.size);
  for (const job of model.jobs.values()) compareJob(world, job);
  for (const queue of space.shapes.queues.values()) compareQueue(follower, queue.name);
  for (const key of space.limits.keys()) {
    const { sort, name, holders, spec, waiting } = key;
    if (sort === "concurrency") agree(`seats of ${name}`, holders.size, model.seatsUsed(name));
    else if (spec.ratePerSecond !== undefined) agree(`tokens of ${name}`, key.level(now), model.level(name, now));
    agree(`waiting for ${name}`, waiting, model.inLineFor(sort, name));
  }
  // Whoever waits, waits because there is nothing for him.
  for (const { waiter, wants } of runners) {
    if (wants > 0) agree("work for one who waits", model.best(waiter.spec, now)?.serial, undefined);
    agree("wants", waiter.wants(), wants);
  }
  const peeked = [...claimable(now, space, space.profileFor(anything))].map((slot) => space.table.serial[slot]);
  agree(
    "claimable jobs",
    peeked,
    model.claimable(anything, now).map(({ serial }) => serial),
  );
}

function compareJob(world: CoreWorld, job: ModelJob): void {
  const { phase, live, attempt, rank, rankClass, parents, storedParents } = world.job(job.serial);
  // Nobody waits for what has come.
  const waitsForNothing =
    (job.state === "blocked" && job.parents.length === 0) || (job.state === "scheduled" && job.readyAt <= world.now);
  agree("waits for nothing", waitsForNothing, false);
  const state = { waiting: "queued", running: "running", blocked: "blocked", scheduled: "scheduled", aside: "" };
  agree(
    `job ${job.serial}`,
    [phase, live !== undefined, attempt, rank, rankClass, parents, storedParents.length],
    [
      ...[state[job.state], job.state === "running", job.attempt, job.rank, job.rankClass],
      ...[job.parents, job.parents.length],
    ],
  );
}

function compareQueue({ world, model }: ModelFollower, name: string): void {
  const { space } = world;
  const queue = space.shapes.queue(name);
  const jobs = [...model.jobs.values()].filter((job) => job.queue === name);
  const count = (state: ModelJob["state"]) => jobs.filter((job) => job.state === state).length;
  const { blocked, scheduled, queued, claimed, started } = queue.counts;
  agree(
    `counts of ${name}`,
    [blocked, scheduled, queued, claimed + started, queue.admitting],
    [count("blocked"), count("scheduled"), count("waiting"), count("running"), 0],
  );
  const inLine = jobs.filter(({ state }) => state === "waiting" || state === "running").sort(compareOrder);
  const serials = inLine.map(({ serial }) => serial);
  const listed = () =>
    [...openInOrder(space, { queue: name, standings: ["waiting", "running"] })].map((slot) => space.table.serial[slot]);
  agree(`order of ${name}`, listed(), serials);
  // From now on by the index, which has to follow whatever happens.
  if (!queue.places && queue.open > 3) {
    indexPlaces(space, queue);
    agree(`index of ${name}`, listed(), serials);
  }
}
