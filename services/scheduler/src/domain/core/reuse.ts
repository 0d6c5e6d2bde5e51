import type { FinalState, OpenJob } from "./model.js";
import type { Namespace } from "./namespace.js";

/** Whether an existing job may stand for a new one. */
export interface ReuseRequest {
  readonly key: string;
  /** An open job may. */
  readonly active: boolean;
  /** Finished jobs in these states may. */
  readonly states: readonly FinalState[];
  /** Finished jobs that ended before this time, ms, do not count; 0 is for ever. */
  readonly endedSince: number;
  readonly onConflict: "RETURN" | "REPLACE_UNLESS_WORSE_CLASS" | "KEEP_BEST_ORDER";
}

/** A finished job, as far as re-use cares. */
export interface EndedFact {
  readonly serial: number;
  readonly state: FinalState;
  readonly at: number;
}

/** What history says, read before the decision and completed by what ended since. */
export interface EndedFacts {
  /** Ends of parents by serial. */
  readonly states: ReadonlyMap<number, FinalState>;
  /** Finished jobs by re-use key, the last that ended first. */
  readonly byKey: ReadonlyMap<string, readonly EndedFact[]>;
}

/** Nothing of the past matters. */
export const noFacts: EndedFacts = { states: new Map(), byKey: new Map() };

/** The job that stands for another one: an open one, or one that has ended so. */
export type StandIn =
  | { readonly serial: number; readonly job: OpenJob; readonly end: undefined }
  | { readonly serial: number; readonly job: undefined; readonly end: FinalState };

/** The job that may stand for a new one: an open one first, else the last finished one in an accepted state. */
export function findStandIn(space: Namespace, request: ReuseRequest, facts: EndedFacts): StandIn | undefined {
  const { key, active, states, endedSince } = request;
  const serial = space.reuseKeys.get(key);
  const job = serial === undefined || !active ? undefined : space.job(serial);
  if (job) return { serial: job.serial, job, end: undefined };
  const ended = facts.byKey.get(key)?.find(({ state, at }) => states.includes(state) && at >= endedSince);
  return ended && { serial: ended.serial, job: undefined, end: ended.state };
}
