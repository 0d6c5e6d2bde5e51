import type { EndReason, JobState } from "../job-event.js";
import type { JobSpec } from "../job-spec.js";
import type { WatchedEvent } from "../observation.js";

/** A live attempt, as the events tell of it. */
export interface LiveAttempt {
  readonly number: number;
  readonly runner: string;
  /** The event of its claim; undefined when the events begin behind it. */
  readonly claimed: WatchedEvent | undefined;
  started: boolean;
}

/** What the events so far tell of a job. One of these is all that is kept of an open job; nothing of one that has ended, see `EventChecker`. */
export interface JobLife {
  readonly namespace: string;
  readonly job: string;
  /** What was asked for; undefined when that is not known. */
  readonly spec: JobSpec | undefined;
  /** The events are known from the submission on. Else the first one that is known is taken as true. */
  readonly whole: boolean;
  /** Empty before the first event. */
  state: JobState | "";
  reason: EndReason | "";
  /** Number of the last attempt; undefined when the events begin behind it. */
  attempts: number | undefined;
  live: LiveAttempt | undefined;
  cancelRequested: boolean;
  deleted: boolean;
  reopened: number;
  /** The submission, or the last reopening. */
  opened: WatchedEvent | undefined;
  /** Attempts that were charged since then: `counted` against the whole budget, the others by how they ended. */
  counted: number;
  failures: number;
  lostBeforeStart: number;
  lostAfterStart: number;
  /** The charges are known: the events are known since the job was opened. */
  chargesKnown: boolean;
  /** Its last events, oldest first, for violations. */
  readonly recent: WatchedEvent[];
}

/** Begins a life. */
export function createLife(
  namespace: string,
  job: string,
  { spec, whole }: { readonly spec: JobSpec | undefined; readonly whole: boolean },
): JobLife {
  return {
    namespace,
    job,
    spec,
    whole,
    state: "",
    reason: "",
    attempts: whole ? 0 : undefined,
    live: undefined,
    cancelRequested: false,
    deleted: false,
    reopened: 0,
    opened: undefined,
    counted: 0,
    failures: 0,
    lostBeforeStart: 0,
    lostAfterStart: 0,
    chargesKnown: whole,
    recent: [],
  };
}
