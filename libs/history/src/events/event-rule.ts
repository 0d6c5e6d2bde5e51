import type { Observation, WatchedEvent } from "../observation.js";
import type { JobLife } from "./job-life.js";

/** Complains: what contradicts what, and the observations that show it. */
export type Say = (message: string, ...observations: readonly Observation[]) => void;

/** A rule that needs nothing but the events of one job in the order of their numbers, and what is known of the job before each. */
export interface EventRule {
  readonly name: string;
  /** Looks at an event before it becomes part of the job's life. */
  check(life: JobLife, seen: WatchedEvent, say: Say): void;
}
