import type { JobState } from "./job-event.js";

/** A job that another one waits for. */
export interface Parent {
  /** The parent: a job's id, or an item of the same call by its index. */
  readonly job: string | number;
  /** End states that let the child go on. Empty is `SUCCEEDED` only. */
  readonly satisfiedBy?: readonly JobState[];
  /** How the child ends when the parent ends in another state. Default `CANCELLED`. */
  readonly otherwise?: "CANCELLED" | "FAILED";
}

/** What a client asked for, as far as rules need it. What is absent has the contract's default. */
export interface JobSpec {
  /**
   * A word that no other item of the history has, readable on the job (its subject, say): tells which job an item became when the answer was
   * lost. Without one, such jobs are judged without their spec.
   */
  readonly tag?: string;
  /** Default `default`. */
  readonly queue?: string;
  readonly kind: string;
  readonly concurrencyKeys?: readonly string[];
  readonly rateKeys?: readonly string[];
  readonly parents?: readonly Parent[];
  /** Not before this time, ms by the scheduler's clock. */
  readonly startTime?: number;
  /** Attempts that may be counted; 0 is no limit. Default 3. */
  readonly maxAttempts?: number;
  readonly maxFailures?: number;
  readonly maxLostBeforeStart?: number;
  readonly maxLostAfterStart?: number;
  readonly ignoreLostBeforeStart?: boolean;
  /** A loss before, or after, the first report fails the job instead of queueing it again. */
  readonly failWhenLostBeforeStart?: boolean;
  readonly failWhenLostAfterStart?: boolean;
  /** Longest time of one attempt from its claim, ms. */
  readonly executionTimeoutMs?: number;
  /** What passing it means. Default `TIME_OUT`. */
  readonly onExecutionTimeout?: "TIME_OUT" | "LOSE";
  /** The job ends when no attempt has begun after this time, ms. */
  readonly scheduleToStartMs?: number;
  /** Key under which jobs may stand for each other, as the caller gave it. */
  readonly reuseKey?: string;
  /** States of a job that may stand for this one; `ACTIVE` is every open one. Empty is none. */
  readonly reuseStates?: readonly ("ACTIVE" | JobState)[];
  /** Labels that a runner must carry. */
  readonly requiredLabels?: Readonly<Record<string, string>>;
}
