import type { AttemptLog } from "./attempt-log.js";

/** The log of an attempt, which is made when the first thing is logged: most short jobs log nothing. */
export interface LazyLog {
  /** The log, if it was made. */
  readonly opened: AttemptLog | undefined;
  /** The log; made now if it was not. */
  open(): AttemptLog;
}
