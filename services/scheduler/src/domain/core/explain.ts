import { openState } from "./core-event.js";
import type { Group } from "./group.js";
import type { LimitKey } from "./limit-key.js";
import type { OpenJob } from "./model.js";
import { placeOf } from "./position.js";
import type { Profile } from "./profile.js";
import { waiterFor } from "./dispatch.js";

/** One condition between a job and its start; see `Gate` of the contract. */
export interface Gate {
  readonly type:
    | "STATE"
    | "DEPENDENCY"
    | "TIME"
    | "QUEUE_PAUSED"
    | "CONCURRENCY"
    | "RATE"
    | "RUNNER"
    | "CAPACITY"
    | "ORDER";
  /** Nothing is in the way here. */
  readonly open: boolean;
  readonly message: string;
  readonly subject?: string;
  /** Serials of jobs in the way. */
  readonly jobs?: readonly number[];
  readonly used?: number;
  readonly limit?: number;
  /** When it opens by itself, ms. */
  readonly openAt?: number;
  readonly nearestRunner?: string;
  readonly lacking?: readonly string[];
}

/** Jobs named by one gate at most. */
const maxNamed = 10;

/** A runner that polls counts as being there for this long after it has asked, ms. */
const pollsWithin = 60_000;

/** The gates between an open job and its start, in the order in which the core asks them, by the very things that it asks. */
export function explain(now: number, job: OpenJob): Gate[] {
  const state = openState(job);
  if (state === "RUNNING") return [{ type: "STATE", open: false, message: "The job runs already." }];
  const { space, shape, slot } = job;
  const { queue } = shape.site;
  const lane = space.lanes.laneFor(shape.site, job.kind);
  const keys = keysOf(job, space.lanes.group(space.table.groupId[slot] as number));
  return [
    dependencyGate(job),
    timeGate(now, job),
    {
      type: "QUEUE_PAUSED",
      open: !queue.settings.paused,
      subject: queue.name,
      message: queue.settings.paused ? `Queue ${queue.name} is paused.` : `Queue ${queue.name} is not paused.`,
    },
    ...keys.map((key) => (key.sort === "concurrency" ? seatGate(now, key) : rateGate(now, key))),
    runnerGate(now, job),
    capacityGate(waiterFor(lane) !== undefined),
    orderGate(job, state === "QUEUED"),
  ];
}

function keysOf({ traits, space }: OpenJob, group: Group | undefined): readonly LimitKey[] {
  if (group) return group.keys;
  return [
    ...traits.concurrencyKeys.map((name) => space.limits.key("concurrency", name)),
    ...traits.rateKeys.map((name) => space.limits.key("rate", name)),
  ];
}

function dependencyGate({ parents, openParents, failedParent, space }: OpenJob): Gate {
  if (failedParent)
    return {
      type: "DEPENDENCY",
      open: false,
      jobs: [failedParent.parent],
      message: "A parent did not end as it has to.",
    };
  if (openParents === 0) return { type: "DEPENDENCY", open: true, message: "No parent is open." };
  const open = parents.map(({ parent }) => parent).filter((parent) => space.job(parent));
  const message = `${openParents} of ${parents.length} parents have not ended.`;
  return {
    type: "DEPENDENCY",
    open: false,
    jobs: open.slice(0, maxNamed),
    used: openParents,
    limit: parents.length,
    message,
  };
}

function timeGate(now: number, { readyAt, phase }: OpenJob): Gate {
  if (readyAt <= now || phase === "queued") return { type: "TIME", open: true, message: "Its time has come." };
  const message = `It starts at ${new Date(readyAt).toISOString()}, not before.`;
  return { type: "TIME", open: false, openAt: readyAt, message };
}

function seatGate(now: number, key: LimitKey): Gate {
  const { name, spec, holders } = key;
  const about = { type: "CONCURRENCY", subject: name, used: holders.size } as const;
  if (spec.seats === undefined) return { ...about, open: true, message: `Key ${name} has no limit.` };
  const jobs = [...holders].slice(0, maxNamed).map(({ job }) => job.serial);
  const message = `${holders.size} of ${spec.seats} seats of key ${name} are taken.`;
  return { ...about, open: key.isFree(now), jobs, limit: spec.seats, message };
}

function rateGate(now: number, key: LimitKey): Gate {
  const { name, spec } = key;
  if (spec.ratePerSecond === undefined)
    return { type: "RATE", subject: name, open: true, message: `Key ${name} has no limit.` };
  const level = key.level(now);
  const openAt = key.isFree(now) ? undefined : key.freeAt(now);
  const message = `Key ${name} has ${level.toFixed(2)} tokens and gets ${spec.ratePerSecond} a second.`;
  const about = { type: "RATE", subject: name, used: level, limit: spec.burst, message } as const;
  return { ...about, open: key.isFree(now), ...(openAt !== undefined && { openAt }) };
}

/** A runner that asks for work now, or has lately. Whoever claims by id says nothing about what it can do. */
function runnerGate(now: number, job: OpenJob): Gate {
  const { lanes } = job.space;
  const lane = lanes.laneFor(job.shape.site, job.kind);
  const inUse = [...lanes.profiles()].filter(
    ({ users, lastAskedAt, spec }) => spec.kinds.length > 0 && (users > 0 || lastAskedAt > now - pollsWithin),
  );
  if (inUse.some((profile) => profile.fits(lane)))
    return { type: "RUNNER", open: true, message: "A runner that can do it is there." };
  if (inUse.length === 0) return { type: "RUNNER", open: false, message: "No runner is there." };
  const lacks = (profile: Profile) => [
    ...(profile.selects(lane.kind) ? [] : [`kind ${lane.kind}`]),
    ...profile.lacks(lane).map((label) => `label ${label}`),
    ...(profile.spec.queues.length > 0 && !profile.spec.queues.includes(lane.site.queue.name)
      ? [`queue ${lane.site.queue.name}`]
      : []),
  ];
  const [nearest] = inUse
    .map((profile) => ({ profile, lacking: lacks(profile) }))
    .sort((a, b) => a.lacking.length - b.lacking.length);
  const runner = nearest?.profile.lastRunner;
  const lacking = nearest?.lacking.length ? nearest.lacking : ["an exclusion of the runner names its lane"];
  const message = `No runner that is there can do it; the nearest one lacks: ${lacking.join(", ")}.`;
  return { type: "RUNNER", open: false, message, lacking, ...(runner ? { nearestRunner: runner } : {}) };
}

function capacityGate(waits: boolean): Gate {
  const message = waits ? "A runner with a free slot waits." : "No runner with a free slot waits.";
  return { type: "CAPACITY", open: waits, message };
}

function orderGate(job: OpenJob, isQueued: boolean): Gate {
  if (!isQueued) return { type: "ORDER", open: true, message: "It does not stand in line yet." };
  const { position } = placeOf(job, false);
  const message = position === 0 ? "It is the first in line." : `${position} jobs are before it.`;
  return { type: "ORDER", open: position === 0, used: position, message };
}
