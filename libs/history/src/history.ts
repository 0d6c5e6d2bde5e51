import type { JobState } from "./job-event.js";
import type { Observation } from "./observation.js";

/** Everything that is known of a stretch of a system's life. The checker looks at nothing else. */
export interface History {
  /** In the order in which they were recorded. */
  readonly observations: readonly Observation[];
  /** What was read at the end, when everything worked again; absent: nothing is said about the end. */
  readonly end?: FinalState;
  /**
   * The largest difference between the recorder's clock and the one that stands in events, ms. Absent: they have nothing to do with each other, and
   * nothing is concluded from comparing them.
   */
  readonly clockErrorMs?: number;
  /** Everything that anybody did is recorded: there were no other clients, runners, operators or schedules. */
  readonly closed?: boolean;
}

/** What is there at the end. */
export interface FinalState {
  /** Namespaces that it is about. */
  readonly namespaces: readonly string[];
  /** For how long, ms by the recorder's clock, nothing had been disturbed when it was read. Rules of liveness ask for some. */
  readonly healedForMs: number;
  /** When it was read, ms by the recorder's clock. Default: when the last observation was made. */
  readonly at?: number;
  /** How long something may take when all works: to hand out a job, to look at a timer. Default 10 s. */
  readonly marginMs?: number;
  /** The watchers together were given every event of these namespaces, from the first to the last. */
  readonly eventsComplete: boolean;
  /** Every job of the namespaces that is there. */
  readonly jobs: readonly FinalJob[];
  /** Concurrency keys and their seats; absent: not read. */
  readonly limits?: readonly FinalLimit[];
  /** Streams of the logs with all that is in them; absent: not read. */
  readonly logs?: readonly FinalLog[];
  /** Runners that are there and work; absent: not known. */
  readonly runners?: readonly FinalRunner[];
  /** Names of paused queues, as `namespace/queue`; absent: not known. */
  readonly pausedQueues?: readonly string[];
}

/** A job at the end. */
export interface FinalJob {
  readonly namespace: string;
  readonly job: string;
  readonly state: JobState;
  /** The tag of its spec, see `JobSpec.tag`. */
  readonly tag?: string;
  /** All of its attempts, in order. */
  readonly attempts: readonly FinalAttempt[];
  readonly queue: string;
  readonly kind: string;
  /** It may be claimed from this time on, ms by the recorder's clock; absent: at once. */
  readonly readyAt?: number;
}

/** Where an attempt stands; the contract's names. */
export type AttemptState =
  | "CLAIMED"
  | "STARTED"
  | "SUCCEEDED"
  | "FAILED"
  | "LOST"
  | "RELEASED"
  | "CANCELLED"
  | "TIMED_OUT";

/** An attempt of a job at the end. */
export interface FinalAttempt {
  readonly number: number;
  readonly runner: string;
  readonly state: AttemptState;
}

/** A concurrency key at the end. */
export interface FinalLimit {
  readonly namespace: string;
  readonly key: string;
  /** Seats in use. */
  readonly held: number;
  /** Seats that there are; absent: no limit. */
  readonly seats?: number;
}

/** A stream of a log at the end. */
export interface FinalLog {
  readonly job: string;
  readonly attempt: number;
  readonly stream: string;
  readonly sealed: boolean;
  readonly lines: readonly string[];
}

/** A runner at the end. */
export interface FinalRunner {
  readonly namespace: string;
  readonly runner: string;
  /** Attempts that it says it holds, as `job/attempt`. */
  readonly holds: readonly string[];
  /** It asks for more work than it has. */
  readonly idle: boolean;
  /** Kinds that it does; globs with `*` and `?`. */
  readonly kinds: readonly string[];
  /** Only these queues; absent: all. */
  readonly queues?: readonly string[];
  readonly labels?: Readonly<Record<string, string>>;
}
