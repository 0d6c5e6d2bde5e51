import type { Ordered } from "./order-list.js";
import type { Namespace } from "./namespace.js";
import type { Lane } from "./lane.js";
import type { Due } from "./core-state.js";
import type { Timer } from "./timers.js";
import type { Write } from "./writes.js";

/** State of a job; the names are those of the contract. */
export type JobState =
  | "BLOCKED"
  | "SCHEDULED"
  | "QUEUED"
  | "RUNNING"
  | "SUCCEEDED"
  | "FAILED"
  | "TIMED_OUT"
  | "CANCELLED";

/** A state that nothing leaves by itself. */
export type FinalState = "SUCCEEDED" | "FAILED" | "TIMED_OUT" | "CANCELLED";

/** Why a job ended in its state. */
export type EndReason =
  | "REPORTED"
  | "LEASE_LOST"
  | "EXECUTION_TIMEOUT"
  | "NOT_STARTED"
  | "CANCELLED"
  | "PARENT"
  | "CLOSED";

/** State of an attempt that has ended. */
export type EndedAttemptState = "SUCCEEDED" | "FAILED" | "LOST" | "RELEASED" | "CANCELLED" | "TIMED_OUT";

/** What a runner may report as an end. */
export type OutcomeKind = "SUCCEEDED" | "FAILED" | "RELEASED" | "CANCELLED" | "TIMED_OUT";

/** Why a runner no longer holds an attempt, or shall stop it. */
export type RevocationReason =
  | "CANCEL_REQUESTED"
  | "CANCELLED"
  | "LEASE_LOST"
  | "TIMED_OUT"
  | "DELETED"
  | "NOT_HELD"
  | "RELEASED";

/** What happens to a job over attempts, losses and time. All times in milliseconds; 0 stands for "no limit". */
export interface JobPolicy {
  readonly maxAttempts: number;
  readonly maxFailures: number;
  readonly maxLostBeforeStart: number;
  readonly maxLostAfterStart: number;
  readonly ignoreLostBeforeStart: boolean;
  readonly backoffInitialMs: number;
  readonly backoffMaxMs: number;
  readonly backoffMultiplier: number;
  readonly failWhenLostBeforeStart: boolean;
  readonly failWhenLostAfterStart: boolean;
  readonly lostMessage: string;
  readonly leaseMs: number;
  readonly holdByRunner: boolean;
  readonly scheduleToStartMs: number;
  readonly executionMs: number;
  readonly loseOnExecutionTimeout: boolean;
  readonly stopGraceMs: number;
}

/** What many jobs have in common; interned, and stored once per namespace. */
export interface JobShape {
  /** Dense number in the namespace, from 1. */
  readonly id: number;
  readonly queue: string;
  readonly kind: string;
  /** Labels that a runner must carry, by name; an empty value asks for presence only. */
  readonly requiredLabels: readonly (readonly [string, string])[];
  readonly policy: JobPolicy;
}

/**
 * Where an open job is between two decisions.
 *
 * - `admitting`, `claiming`, `ending`: a write about it is on the way (`pending`); nobody else may decide about it.
 * - `scheduled`: its time is ahead. `queued`: it is in its lane's list. `running`: `live` is set.
 */
export type JobPhase = "admitting" | "scheduled" | "queued" | "claiming" | "running" | "ending";

/** An open job: only what decisions need; inputs and labels stay in the database. */
export interface OpenJob extends Ordered {
  readonly space: Namespace;
  readonly shape: JobShape;
  /** Where its rows lie (\`bucket.ts\`). */
  readonly bucket: number;
  rankClass: number;
  rank: number;
  weight: number;
  /** Microseconds since 1970, strictly rising in the namespace. */
  readonly createdMicros: number;
  /** When it becomes ready, in ms; 0 is at once. */
  readyAt: number;
  /** How often it was reopened. */
  reopen: number;
  /** Number of the last attempt, 0 before the first. */
  attempt: number;
  /** Attempts that count against the budget, and the three sorts of them. */
  counted: number;
  failures: number;
  lostBeforeStart: number;
  lostAfterStart: number;
  phase: JobPhase;
  lane: Lane | undefined;
  live: LiveAttempt | undefined;
  pending: Write | undefined;
  /** Its start time while it is scheduled. */
  readyTimer: Timer<Due> | undefined;
  /** The end of its time to be started. */
  startTimer: Timer<Due> | undefined;
}

/** The latest progress of an attempt. */
export interface AttemptProgress {
  readonly current?: number;
  readonly total?: number;
  readonly message?: string;
  readonly steps: readonly {
    readonly name: string;
    readonly status: string;
    readonly message: string;
    readonly at: number;
  }[];
  readonly detail?: Uint8Array;
  /** When it was reported, ms. */
  readonly at: number;
}

/** An attempt that a runner holds, or is about to hold (`phase` of its job is `claiming`). */
export interface LiveAttempt {
  readonly job: OpenJob;
  readonly number: number;
  readonly runner: RunnerPresence;
  readonly claimedAt: number;
  /** 0 until the first report. */
  startedAt: number;
  readonly leaseMs: number;
  /** End of the lease in ms; means nothing while `holdByRunner`. */
  leaseUntil: number;
  readonly holdByRunner: boolean;
  /** Absolute, ms; 0 is none. */
  readonly executionDeadline: number;
  readonly claimInfo: Uint8Array | undefined;
  cancelRequested: { readonly actor: string; readonly message: string } | undefined;
  progress: AttemptProgress | undefined;
  /** Who is told about revocations: the session that the claim came from. */
  readonly notify: ((revocation: Revoked) => void) | undefined;
  /** The write of its start or of a cancel request while that is on the way: whoever repeats either is answered after it. */
  marking: Write | undefined;
  leaseTimer: Timer<Due> | undefined;
  executionTimer: Timer<Due> | undefined;
}

/** An attempt that was taken from its runner, or shall be stopped. */
export interface Revoked {
  readonly space: Namespace;
  readonly runnerId: string;
  readonly serial: number;
  readonly reopen: number;
  readonly attempt: number;
  readonly reason: RevocationReason;
  readonly at: number;
}

/** A runner as the scheduler knows it: a name with signs of life, and what it holds. */
export interface RunnerPresence {
  readonly space: Namespace;
  readonly id: string;
  /** End of its presence in ms; 0 when it is away. */
  presentUntil: number;
  /** Length that its presence was last given, ms. */
  presenceMs: number;
  presenceTimer: Timer<Due> | undefined;
  readonly held: Set<LiveAttempt>;
  /** What was taken from it in the last ten minutes, oldest first. */
  revoked: Revoked[];
}

/** How an attempt ended, in its runner's words. */
export interface Outcome {
  readonly kind: OutcomeKind;
  readonly result: Uint8Array | undefined;
  readonly resultType: string;
  readonly message: string;
  readonly retryable: boolean;
  /** Of a release or a retryable failure: not before this delay, ms; undefined is the policy's back-off. */
  readonly retryDelayMs: number | undefined;
  /** Labels, metrics, artifacts and stream lengths as JSON text; empty for none. */
  readonly facts: string;
}
