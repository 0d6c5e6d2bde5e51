import type { Observation } from "./observation.js";

/** A rule that does not hold, so that a person understands it. */
export interface Violation {
  /** The rule's name, as the README lists it. */
  readonly rule: string;
  /** What contradicts what, in one or two sentences. */
  readonly message: string;
  /** The few observations that show it, oldest first. Events stand here as some watcher got them. */
  readonly observations: readonly Observation[];
}
