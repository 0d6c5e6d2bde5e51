import type { Say } from "../events/event-rule.js";
import type { Told } from "../told.js";

/** A rule that looks at all of a history. Its file says what it assumes; where that is not given it says nothing. */
export interface HistoryRule {
  readonly name: string;
  check(told: Told, say: Say): void;
}
