import type { Lane } from "./lane.js";
import type {
  EndedAttemptState,
  EndReason,
  FinalState,
  JobShape,
  JobState,
  LiveAttempt,
  OpenJob,
  Outcome,
} from "./model.js";
import type { Namespace } from "./namespace.js";

/** What happened to a job, as it is kept and shown to watchers. */
export interface CoreEvent {
  readonly type:
    | "SUBMITTED"
    | "READY"
    | "CLAIMED"
    | "STARTED"
    | "ATTEMPT_FAILED"
    | "LEASE_LOST"
    | "RELEASED"
    | "CANCEL_REQUESTED"
    | "AMENDED"
    | "REOPENED"
    | "DELETED"
    | "DISMISSED"
    | "ENDED";
  readonly space: Namespace;
  readonly serial: number;
  readonly reopen: number;
  /** ms since 1970. */
  readonly at: number;
  readonly previous: JobState | "";
  readonly state: JobState;
  readonly attempt: number;
  readonly runnerId: string;
  readonly reason: EndReason | "";
  readonly message: string;
  readonly actor: string;
  readonly kind: string;
  readonly shape: JobShape;
}

/** What is stored of a new job beside what decisions need. */
export interface JobBody {
  readonly subject: string;
  readonly input: Uint8Array | undefined;
  readonly contentType: string;
  /** The rest of what was asked for, encoded by the transport. */
  readonly extras: Uint8Array | undefined;
  /** A later submit has replaced input, labels and secret names: its extras, of which only those count. Undefined: none has. */
  readonly replaced?: { readonly extras: Uint8Array | undefined } | undefined;
  /** Serial of the job that it resumes from; 0 for none. */
  readonly resumeFrom: number;
}

/** A call that may be repeated: the key, a digest of its content, and which jobs stand for its items. */
export interface RequestRecord {
  readonly space: Namespace;
  readonly key: string;
  readonly fingerprint: Uint8Array | undefined;
  readonly serials: readonly number[];
  readonly at: number;
}

/** Another place, and perhaps another content, of an open job. */
export interface AmendRecord {
  readonly job: OpenJob;
  readonly revision: number;
  readonly rankClass: number;
  readonly rank: number;
  readonly weight: number;
  /** Undefined: only the place changes. */
  readonly body: JobBody | undefined;
}

/** A schedule goes on: what was done up to one time is done up to a later tick. */
export interface TickRecord {
  readonly space: Namespace;
  /** The schedule. */
  readonly name: string;
  /** Up to where its ticks had been dealt with, ms. */
  readonly fromMs: number;
  /** The last of the ticks that are made now, ms, and its job. */
  readonly tickMs: number;
  readonly serial: number;
}

/** New jobs; those for which a runner was waiting come with their leases. Commits with all of its parts or none. */
export interface SubmitWrite {
  readonly lane: "submit";
  readonly requests: readonly RequestRecord[];
  readonly shapes: readonly { readonly space: Namespace; readonly shape: JobShape }[];
  readonly jobs: readonly { readonly job: OpenJob; readonly body: JobBody }[];
  readonly amends: readonly AmendRecord[];
  readonly attempts: readonly LiveAttempt[];
  readonly events: readonly CoreEvent[];
  /** The schedules whose ticks made these jobs; absent for jobs that a client submitted. */
  ticks?: readonly TickRecord[];
}

/** New leases. */
export interface ClaimWrite {
  readonly lane: "claim";
  readonly attempts: readonly LiveAttempt[];
  readonly events: readonly CoreEvent[];
}

/** The end of an attempt, of a job, or of both. */
export interface EndRecord {
  readonly job: OpenJob;
  /** The attempt that ends; undefined when a waiting job ends. */
  readonly attempt: LiveAttempt | undefined;
  /** How the attempt ended; undefined when a waiting job ends. */
  readonly attemptState: EndedAttemptState | undefined;
  /** The runner's words; undefined when it did not report. */
  readonly outcome: Outcome | undefined;
  /** Who ended the attempt when the runner did not: `lease`, `presence`, `execution-timeout`, or the actor of a cancel. */
  readonly endedBy: string;
  /** How the job ends; undefined when it goes on. */
  readonly final:
    | { readonly state: FinalState; readonly reason: EndReason; readonly message: string; readonly actor: string }
    | undefined;
  /** When the job is ready again, ms; only while it goes on. */
  readonly readyAt: number;
  /** The rank with which it goes on. */
  readonly rank: number;
  readonly at: number;
}

/** A job that is taken out of the tables, in whichever state. */
export interface DeleteRecord {
  readonly space: Namespace;
  readonly serial: number;
  /** The job in memory, if it is open. */
  readonly job: OpenJob | undefined;
  /** Its attempt, if it runs. */
  readonly attempt: LiveAttempt | undefined;
}

/** Ends, starts, cancel requests and whatever else changes jobs that exist. They share a lane, since they touch the same rows. */
export interface ReportWrite {
  readonly lane: "report";
  readonly ends: readonly EndRecord[];
  /** Attempts whose first report came. */
  readonly starts: readonly LiveAttempt[];
  /** Attempts of which a confirmed cancel was asked. */
  readonly cancelRequests: readonly LiveAttempt[];
  /** Attempts whose renewed lease shall be found by a next owner. */
  readonly renewals: readonly LiveAttempt[];
  readonly amends: readonly AmendRecord[];
  /** Jobs that have become ready, of which the events tell. */
  readonly ready: readonly OpenJob[];
  /** Jobs that had ended and are open again. */
  readonly reopens: readonly OpenJob[];
  /** The calls that opened them. */
  readonly requests: readonly RequestRecord[];
  readonly deletes: readonly DeleteRecord[];
  /** Dead letters that were dismissed. */
  readonly dismissals: readonly { readonly space: Namespace; readonly serial: number }[];
  readonly events: readonly CoreEvent[];
}

/** The write of a single end: by far the most frequent one, so it is made without spreading. */
export function endWrite(end: EndRecord, event: CoreEvent): ReportWrite {
  return {
    lane: "report",
    ends: [end],
    starts: none,
    cancelRequests: none,
    renewals: none,
    amends: none,
    ready: none,
    reopens: none,
    requests: none,
    deletes: none,
    dismissals: none,
    events: [event],
  };
}

const none: readonly never[] = [];

/** A report write with only some of its parts. */
export function reportWrite(parts: Partial<Omit<ReportWrite, "lane">>): ReportWrite {
  return { ...emptyReport, ...parts };
}

/**
 * Joins the writes of decisions that were made in one turn to one: what waits for any of them waits for all, and the lane has one item instead of a thousand. Only for
 * writes that nobody has been told of yet.
 */
export function joinReports(writes: readonly ReportWrite[]): ReportWrite {
  const [only] = writes;
  if (only && writes.length === 1) return only;
  const ends: EndRecord[] = [];
  const starts: LiveAttempt[] = [];
  const events: CoreEvent[] = [];
  const joined: ReportWrite = { ...emptyReport, ends, starts, events };
  for (const write of writes) {
    for (const end of write.ends) {
      end.job.pending = joined;
      ends.push(end);
    }
    for (const attempt of write.starts) {
      if (attempt.marking === write) attempt.marking = joined;
      starts.push(attempt);
    }
    for (const event of write.events) events.push(event);
  }
  return joined;
}

const emptyReport: ReportWrite = {
  lane: "report",
  ends: [],
  starts: [],
  cancelRequests: [],
  renewals: [],
  amends: [],
  ready: [],
  reopens: [],
  requests: [],
  deletes: [],
  dismissals: [],
  events: [],
};

/** One atomic step that must be durable before anybody else may build on it. */
export type Write = SubmitWrite | ClaimWrite | ReportWrite;

/** What a committed write makes possible: lanes in which jobs may start, and writes that follow. */
export interface Effects {
  readonly lanes: Set<Lane>;
  readonly writes: Write[];
}

/**
 * What a decision says. `waitFor` means: a write about the same job is on the way, decide again when it has been committed.
 * Otherwise the answer holds once all of `writes` are committed.
 */
export type Decision<Answer> =
  | { readonly waitFor: Write }
  | { readonly answer: Answer; readonly writes: readonly Write[] };
