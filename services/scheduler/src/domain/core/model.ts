import type { Due } from "./core-state.js";
import type { Traits } from "./group.js";
import type { Site } from "./lane.js";
import type { LimitKey } from "./limit-key.js";
import type { Namespace } from "./namespace.js";
import type { Ordered } from "./order.js";
import type { Standing } from "./queue.js";
import type { Waiter } from "./waiter.js";
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

/** What many jobs have in common beside their kind, of which there may be one per job. */
export interface ShapeSpec {
  readonly queue: string;
  /** Labels that a runner must carry, sorted by name; an empty value asks for presence only. */
  readonly requiredLabels: readonly (readonly [string, string])[];
  /** Labels that a claim can exclude, sorted by name. */
  readonly laneLabels: readonly (readonly [string, string])[];
  readonly policy: JobPolicy;
}

/** A shape, interned, and stored once per namespace. */
export interface JobShape extends ShapeSpec {
  /** Dense number in the namespace, from 1. */
  readonly id: number;
  readonly site: Site;
}

/** A job that must end before another one may start. */
export interface ParentEdge {
  /** Serial of the parent. */
  readonly parent: number;
  /** End states that let the child go on. */
  readonly satisfiedBy: readonly FinalState[];
  /** How the child ends when the parent ends in another state. */
  readonly otherwise: "CANCELLED" | "FAILED";
}

/**
 * Where an open job is between two decisions.
 *
 * - `admitting`, `claiming`, `ending`, `amending`: a write about it is on the way (`pending`); nobody else may decide about it.
 * - `blocked`: parents have not ended. `scheduled`: its time is ahead. `queued`: it is in its group's list. `running`: `live` is set.
 */
export type JobPhase =
  | "admitting"
  | "blocked"
  | "scheduled"
  | "queued"
  | "claiming"
  | "running"
  | "ending"
  | "amending";

/**
 * An open job: only what decisions need; inputs and labels stay in the database. A job that waits and has no history is kept as columns only
 * (`job-table.ts`), and such an object is made of it when somebody decides about it.
 */
export interface OpenJob extends Ordered {
  readonly space: Namespace;
  /** Its place in the job table; -1 before and after. */
  slot: number;
  readonly shape: JobShape;
  /** Where its rows lie (`retention-bucket.ts`). */
  readonly bucket: number;
  readonly kind: string;
  readonly traits: Traits;
  rankClass: number;
  rank: number;
  weight: number;
  /** Microseconds since 1970, strictly rising in the namespace. */
  readonly createdMicros: number;
  /** When it becomes ready, in ms; 0 is at once. */
  readyAt: number;
  /** How often it was reopened. */
  reopen: number;
  /** When that last happened, ms, and after how many attempts; undefined for never. */
  reopened: { readonly at: number; readonly attempt: number } | undefined;
  /** Number of the last attempt, 0 before the first. */
  attempt: number;
  /** Attempts that count against the budget, and the three sorts of them. */
  counted: number;
  failures: number;
  lostBeforeStart: number;
  lostAfterStart: number;
  /** Rises with each amendment, from 1. */
  revision: number;
  /** It may stand for jobs with the same key while it is open (`reuse-keys.ts`); empty for none. */
  reuseKey: string;
  /** Parents that it waits for, and the one that failed it. */
  parents: readonly ParentEdge[];
  /** The parents that its row names, or will: more than there are in `parents` when some have ended since. */
  storedParents: readonly ParentEdge[];
  /** A parent that ended otherwise than the job needs: the job ends as soon as no write about it is on the way. */
  failedParent: ParentEdge | undefined;
  phase: JobPhase;
  /** As what its queue counts it; undefined before its admission is durable. */
  standing: Standing | undefined;
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
  /** The end that is stored, which a next owner finds: renewals are written in batches, long before it comes. */
  storedUntil: number;
  readonly holdByRunner: boolean;
  /** Absolute, ms; 0 is none. */
  readonly executionDeadline: number;
  readonly claimInfo: Uint8Array | undefined;
  /** Keys whose seats it holds. */
  seats: readonly LimitKey[];
  cancelRequested: { readonly actor: string; readonly message: string; isDurable: boolean } | undefined;
  progress: AttemptProgress | undefined;
  /** Who is told about revocations: the session that the claim came from. */
  readonly notify: ((revocation: Revoked) => void) | undefined;
  /** Who gets it once it is durable; undefined from then on. */
  claimant: Waiter | undefined;
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
  /** Of a release: before everything else of its class. */
  readonly toFront: boolean;
  /** Labels, metrics, artifacts and stream lengths as JSON text; empty for none. */
  readonly facts: string;
}
