/** Small facts that go with an outcome and are rolled up by the scheduler. */
export interface OutcomeFacts {
  /** Small labels (`code`, say); at most 16. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Numbers that are summed (`cpu_seconds`, say); at most 32. */
  readonly metrics?: Readonly<Record<string, number>>;
  /** Ids of uploaded artifacts that become visible with the outcome. */
  readonly artifacts?: readonly string[];
}

/** What a handler returns when it wants to say more than its result. */
export class JobSuccess {
  readonly result: unknown;
  readonly facts: OutcomeFacts;

  constructor(result: unknown, facts: OutcomeFacts = {}) {
    this.result = result;
    this.facts = facts;
  }
}

/** What may be said about a failure. */
export interface JobFailureOptions extends OutcomeFacts {
  /** It may be tried again while the budget lasts. Default no. */
  readonly retryable?: boolean;
  /** Not before this delay, in milliseconds; overrides the job's back-off. */
  readonly retryDelayMs?: number;
  /** What the attempt brought nevertheless: bytes, or a value that becomes JSON. */
  readonly result?: unknown;
  /** A limit of the work's own has passed: reported as timed out instead of failed, and never tried again. */
  readonly timedOut?: boolean;
  readonly cause?: unknown;
}

/** A failure that a handler throws. Any other error is a failure too: with its message, retryable if it has `retryable: true`. */
export class JobFailure extends Error {
  override readonly name = "JobFailure";
  readonly options: JobFailureOptions;

  constructor(message: string, options: JobFailureOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.options = options;
  }
}

/** What may be said about giving a job back. */
export interface JobReleaseOptions {
  /** Put it before everything else of its class. Default no. */
  readonly toFront?: boolean;
  /** Not before this delay, in milliseconds. */
  readonly delayMs?: number;
}

/** Thrown by a handler that gives its job back untouched: it is queued again and nothing is counted. */
export class JobRelease extends Error {
  override readonly name = "JobRelease";
  readonly options: JobReleaseOptions;

  constructor(message = "given back", options: JobReleaseOptions = {}) {
    super(message);
    this.options = options;
  }
}
