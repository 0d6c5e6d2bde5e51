import type { JobEvent, JobState } from "./job-event.js";
import type { JobSpec } from "./job-spec.js";

/** What every observation has. */
interface Observed {
  /** When it was recorded, ms by the recorder's clock, real or virtual. Never falls in a history. */
  readonly at: number;
}

/**
 * One thing that somebody outside the system saw or did. Their order in a history is the order in which the one recorder noted them: what stands
 * before has happened before, so a call that begins behind the answer of another one came after it.
 */
export type Observation =
  | Watch
  | WatchedEvent
  | WatchedUpTo
  | Overrun
  | Call
  | Answer
  | Failure
  | Granted
  | Run
  | Write
  | WriteResult
  | Stop
  | Mark;

/** A watcher begins, or resumes behind a number. */
export interface Watch extends Observed {
  readonly type: "watch";
  readonly watcher: string;
  readonly namespace: string;
  /** It asked for all events with larger numbers; undefined: for what comes from now on. */
  readonly after: number | undefined;
  /** It asked for some jobs, queues or types only, so that it proves nothing about what it did not see. */
  readonly filtered?: boolean;
}

/** A watcher got an event. */
export interface WatchedEvent extends Observed {
  readonly type: "event";
  readonly watcher: string;
  readonly namespace: string;
  readonly event: JobEvent;
}

/** A watcher was told that it has now seen everything up to a number (`WatchJobsResponse.sequence`). */
export interface WatchedUpTo extends Observed {
  readonly type: "seen";
  readonly watcher: string;
  readonly namespace: string;
  readonly upTo: number;
}

/** A watcher was told that events up to a number are not kept any more. */
export interface Overrun extends Observed {
  readonly type: "overrun";
  readonly watcher: string;
  readonly namespace: string;
  readonly upTo: number;
}

/** A client begins a call. */
export interface Call extends Observed {
  readonly type: "call";
  /** Names this try; a repeat after a lost answer is a call of its own. */
  readonly call: number;
  readonly client: string;
  readonly request: Request;
}

/** What a client may ask for. */
export type Request =
  | {
      readonly op: "submit";
      readonly namespace: string;
      /** Empty: none. */
      readonly requestId: string;
      readonly items: readonly JobSpec[];
    }
  | {
      readonly op: "cancel";
      readonly namespace: string;
      readonly jobs: readonly string[];
      readonly mode: "immediate" | "confirmed";
      /** End state; default `CANCELLED`. */
      readonly as?: "CANCELLED" | "FAILED";
    }
  | { readonly op: "retry"; readonly namespace: string; readonly jobs: readonly string[]; readonly requestId: string }
  | { readonly op: "reorder"; readonly namespace: string; readonly jobs: readonly string[] }
  | { readonly op: "delete"; readonly namespace: string; readonly jobs: readonly string[] }
  | { readonly op: "pause" | "resume"; readonly namespace: string; readonly queue: string }
  | { readonly op: "limits"; readonly namespace: string; readonly limits: readonly LimitSetting[] }
  /** A claim that is decided within the call (`ClaimJobs`). What it got are `granted` observations that name it, before its answer. */
  | { readonly op: "claim"; readonly namespace: string; readonly runner: string };

/** A limit as a client sets it. One without seats and rate is removed. */
export interface LimitSetting {
  /** The key; one that ends in `*` is the default of all keys with that beginning. */
  readonly key: string;
  readonly seats?: number;
  readonly ratePerSecond?: number;
  /** Default 1. */
  readonly burst?: number;
}

/** A call was answered. */
export interface Answer extends Observed {
  readonly type: "answer";
  readonly call: number;
  /** Of a submit: what became of the items, in their order. */
  readonly jobs?: readonly SubmittedJob[];
  /** Of a cancel, retry or delete: what became of each job. */
  readonly results?: readonly JobResult[];
}

/** What became of an item of a submit. */
export interface SubmittedJob {
  readonly job: string;
  readonly disposition: "CREATED" | "REPLAYED" | "JOINED" | "CACHED" | "AMENDED";
  /** The state right after the call; empty when the job is gone. */
  readonly state: JobState | "";
}

/** What a call did to one job. */
export interface JobResult {
  readonly job: string;
  /** Why nothing was done; empty: it was done. */
  readonly refused: string;
  /** The state before, where it was told. */
  readonly previousState?: JobState | "";
}

/** A call ended without an answer. */
export interface Failure extends Observed {
  readonly type: "failure";
  readonly call: number;
  /** Whether it may have been done all the same: `unknown` for timeouts, lost connections and what the contract says so of. */
  readonly done: "no" | "unknown";
  /** Why, in the catalogue's word. */
  readonly reason: string;
}

/** A runner was given an attempt, or was told again of one that it holds. */
export interface Granted extends Observed {
  readonly type: "granted";
  readonly namespace: string;
  readonly runner: string;
  readonly job: string;
  readonly attempt: number;
  /** Length of its lease from now, ms, where it was told. */
  readonly leaseMs?: number;
  /** The `claim` call that it came by, when it was one. */
  readonly call?: number;
}

/** A runner begins or ends the work itself. */
export interface Run extends Observed {
  readonly type: "run";
  readonly step: "begun" | "ended";
  readonly runner: string;
  readonly job: string;
  readonly attempt: number;
}

/** A runner sends a write of an attempt. */
export interface Write extends Observed {
  readonly type: "write";
  /** Names this try. */
  readonly write: number;
  readonly runner: string;
  readonly job: string;
  readonly attempt: number;
  readonly what: WriteContent;
}

/** What a runner writes. */
export type WriteContent =
  | { readonly sort: "start" | "progress" | "renew" }
  | {
      readonly sort: "outcome";
      readonly kind: OutcomeKind;
      /** Of a failure: it may be tried again. Default false. */
      readonly retryable?: boolean;
    }
  | {
      readonly sort: "log";
      readonly stream: string;
      /** Number of its first line in the stream, from 0. */
      readonly first: number;
      readonly lines: readonly string[];
      /** It went by a runner gateway, which checks the attempt's lease before it stores anything. */
      readonly checked?: boolean;
    };

/** How a runner says that an attempt ended. */
export type OutcomeKind = "SUCCEEDED" | "FAILED" | "RELEASED" | "CANCELLED" | "TIMED_OUT";

/** What became of a write. */
export interface WriteResult extends Observed {
  readonly type: "written";
  readonly write: number;
  /** `repeated`: it had been taken before. `unknown`: the answer was lost. */
  readonly result: "taken" | "repeated" | "refused" | "unknown";
  /** Why it was refused, in the catalogue's word; else empty. */
  readonly reason: string;
}

/** A runner was told to stop an attempt. */
export interface Stop extends Observed {
  readonly type: "stop";
  readonly runner: string;
  readonly job: string;
  readonly attempt: number;
  readonly reason: string;
}

/** Something for whoever reads the history: a fault, a crash, a pause of a process, a healing. No rule looks at it. */
export interface Mark extends Observed {
  readonly type: "mark";
  readonly text: string;
}
