/** Where a job stands; the contract's names. */
export type JobState =
  | "BLOCKED"
  | "SCHEDULED"
  | "QUEUED"
  | "RUNNING"
  | "SUCCEEDED"
  | "FAILED"
  | "TIMED_OUT"
  | "CANCELLED";

/** What happened to a job; the contract's names. Progress, runners' coming and going and overruns are no events of a history. */
export type JobEventType =
  | "SUBMITTED"
  | "READY"
  | "CLAIMED"
  | "STARTED"
  | "ATTEMPT_FAILED"
  | "LEASE_LOST"
  | "RELEASED"
  | "CANCEL_REQUESTED"
  | "ENDED"
  | "AMENDED"
  | "REOPENED"
  | "DELETED"
  | "DISMISSED";

/** Why a job ended; the contract's names. */
export type EndReason =
  | "REPORTED"
  | "LEASE_LOST"
  | "EXECUTION_TIMEOUT"
  | "NOT_STARTED"
  | "CANCELLED"
  | "PARENT"
  | "CLOSED";

/** One durable transition, as a watcher is told of it. */
export interface JobEvent {
  /** Rising in the namespace, with gaps. */
  readonly sequence: number;
  /** When, by the scheduler's clock, ms. */
  readonly time: number;
  readonly type: JobEventType;
  /** The job's id. */
  readonly job: string;
  /** The state before; empty for a submission. */
  readonly previousState: JobState | "";
  readonly state: JobState;
  /** The attempt that it is about; 0 for none. */
  readonly attempt: number;
  /** The runner that it is about; empty for none. */
  readonly runner: string;
  /** Why the job ended; empty while it is open. */
  readonly reason: EndReason | "";
  /** Human words. Of a `LEASE_LOST` also which of lease, presence or execution limit it was. */
  readonly message: string;
  readonly queue: string;
}

const finalStates: ReadonlySet<string> = new Set(["SUCCEEDED", "FAILED", "TIMED_OUT", "CANCELLED"]);

/** Whether nothing leaves a state by itself. */
export function isFinal(state: JobState | ""): boolean {
  return finalStates.has(state);
}

/** Whether an event ends the attempt that it names. */
export function endsAttempt({ type, attempt }: JobEvent): boolean {
  switch (type) {
    case "ATTEMPT_FAILED":
    case "LEASE_LOST":
    case "RELEASED":
      return true;
    case "ENDED":
    case "DELETED":
      return attempt > 0;
    default:
      return false;
  }
}
