import type { FinalJob, History } from "./history.js";
import type { JobSpec } from "./job-spec.js";
import type {
  Answer,
  Call,
  Failure,
  Granted,
  Overrun,
  Request,
  Run,
  Stop,
  Watch,
  WatchedEvent,
  WatchedUpTo,
  Write,
  WriteResult,
} from "./observation.js";

/** A place in the history: the index of an observation. What has a smaller one happened before. */
export type Place = number;

/** A call with what came of it. */
export interface ToldCall<R extends Request = Request> {
  readonly call: Call & { readonly request: R };
  readonly begin: Place;
  /** Infinite while nobody knows what came of it: it may yet be done. */
  end: Place;
  answer: Answer | undefined;
  failure: Failure | undefined;
}

/** A request of one operation. */
export type RequestOf<Op extends Request["op"]> = Extract<Request, { readonly op: Op }>;

/** Whether a call may have been done. */
export function mayBeDone({ failure }: ToldCall): boolean {
  return failure?.done !== "no";
}

/** A runner's write with what came of it. */
export interface ToldWrite {
  readonly write: Write;
  readonly begin: Place;
  end: Place;
  result: WriteResult | undefined;
}

/** An event, once, however many watchers saw it. */
export interface ToldEvent {
  /** As the first watcher saw it. */
  readonly seen: WatchedEvent;
  /** From here on somebody knew. */
  readonly knownAt: Place;
}

/** An attempt, as events and runners tell of it. */
export interface ToldAttempt {
  readonly number: number;
  claimed: ToldEvent | undefined;
  started: ToldEvent | undefined;
  ended: ToldEvent | undefined;
  /** The first observation that shows that it exists: an event, its grant, its work, or word to stop it. Infinite: none does. */
  knownAt: Place;
  readonly grants: { readonly place: Place; readonly granted: Granted }[];
  readonly runs: { readonly place: Place; readonly run: Run }[];
  readonly writes: ToldWrite[];
  readonly stops: Stop[];
}

/** A job, as everybody tells of it. */
export interface ToldJob {
  readonly id: string;
  namespace: string;
  /** What was asked for; undefined when nobody can tell. */
  spec: JobSpec | undefined;
  /** The parents of its spec, as job ids; undefined is one of the same call of which nobody can tell which job it became. */
  parents: readonly (string | undefined)[];
  /** The call that made it, where that is known. */
  submit: ToldCall<RequestOf<"submit">> | undefined;
  /** Its events in the order of their numbers. */
  readonly events: ToldEvent[];
  /** By number. */
  readonly attempts: Map<number, ToldAttempt>;
  final: FinalJob | undefined;
}

/** One watcher of one namespace. */
export interface ToldWatcher {
  readonly watcher: string;
  readonly namespace: string;
  /** What it did and was told, in order. */
  readonly story: { readonly place: Place; readonly what: Watch | WatchedEvent | WatchedUpTo | Overrun }[];
}

/** A history, ordered by whom and what it is about. */
export interface Told {
  readonly history: History;
  readonly calls: readonly ToldCall[];
  /** By id. */
  readonly jobs: ReadonlyMap<string, ToldJob>;
  /** The events of each namespace in the order of their numbers, each once. */
  readonly events: ReadonlyMap<string, readonly ToldEvent[]>;
  readonly watchers: readonly ToldWatcher[];
  /** The calls of an operation, in the order of their beginnings. */
  callsOf<Op extends Request["op"]>(op: Op): readonly ToldCall<RequestOf<Op>>[];
}
