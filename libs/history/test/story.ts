import {
  type AttemptState,
  checkHistory,
  type FinalState,
  type History,
  type JobEvent,
  type JobSpec,
  type Observation,
  type Request,
  type SubmittedJob,
  type JobResult,
  type Violation,
  type WriteContent,
} from "../src/index.js";

/** What a test says of an event; the rest fills itself in from what the job's events before it tell. */
export type EventInit = Partial<JobEvent> & Pick<JobEvent, "type" | "job">;

/** Tells a history step by step, in one namespace. Each step is a second later than the one before. */
export class Story {
  readonly observations: Observation[] = [];
  /** The events so far, for further watchers. */
  readonly events: JobEvent[] = [];
  #at = 0;
  #number = 0;
  readonly #state = new Map<string, JobEvent>();

  constructor(readonly namespace = "ns") {
    this.watch("w");
  }

  /** A watcher begins behind a number, or with what comes from now on. */
  watch(watcher: string, after: number | "now" = 0, filtered = false): this {
    const from = after === "now" ? undefined : after;
    return this.note({ type: "watch", watcher, namespace: this.namespace, after: from, filtered });
  }

  /** An event happens, and the watchers see it at once; the default watcher is `w`. */
  event(init: EventInit, watchers: readonly string[] = ["w"]): this {
    const before = this.#state.get(init.job);
    const event = { ...this.#filledIn(init, before), ...init };
    this.#state.set(init.job, event);
    this.events.push(event);
    for (const watcher of watchers) this.sees(watcher, event);
    return this;
  }

  /** A watcher sees an event. */
  sees(watcher: string, event: JobEvent): this {
    return this.note({ type: "event", watcher, namespace: this.namespace, event });
  }

  /** Events one after the other, each as `TYPE job/attempt`; `ENDED job/attempt STATE REASON`. */
  tell(...lines: readonly string[]): this {
    for (const line of lines) {
      const [type = "", name = "", state, reason] = line.split(" ");
      const [job = "", attempt] = name.split("/");
      this.event({
        type: type as JobEvent["type"],
        job,
        ...(attempt === undefined ? {} : { attempt: Number(attempt), runner: `r${attempt}` }),
        ...(state === undefined ? {} : { state: state as JobEvent["state"] }),
        ...(reason === undefined ? {} : { reason: reason as JobEvent["reason"] }),
      });
    }
    return this;
  }

  /** A call begins; returns its number. */
  begin(request: Request): number {
    const call = ++this.#number;
    this.note({ type: "call", call, client: "c", request });
    return call;
  }

  /** A call is answered. */
  answer(
    call: number,
    answer: { readonly jobs?: readonly SubmittedJob[]; readonly results?: readonly JobResult[] } = {},
  ): this {
    return this.note({ type: "answer", call, ...answer });
  }

  /** A call fails. */
  fail(call: number, done: "no" | "unknown" = "unknown"): this {
    return this.note({ type: "failure", call, done, reason: "SHARD_LOST" });
  }

  /** A submit and its answer: each item becomes the job of its tag. */
  submit(items: readonly (Partial<JobSpec> & { readonly tag: string })[], requestId = ""): this {
    const { namespace } = this;
    const call = this.begin({
      op: "submit",
      namespace,
      requestId,
      items: items.map((item) => ({ kind: "k", ...item })),
    });
    return this.answer(call, { jobs: items.map(({ tag }) => ({ job: tag, disposition: "CREATED", state: "QUEUED" })) });
  }

  /** A call about jobs that is done to all of them. */
  done(request: Extract<Request, { readonly jobs: readonly string[] }>): this {
    const call = this.begin(request);
    return this.answer(call, { results: request.jobs.map((job) => ({ job, refused: "" })) });
  }

  /** A runner is given an attempt. */
  grant(job: string, attempt: number, runner = `r${attempt}`): this {
    return this.note({ type: "granted", namespace: this.namespace, runner, job, attempt });
  }

  /** A runner sends a write; returns its number. */
  send(job: string, attempt: number, what: WriteContent, runner = `r${attempt}`): number {
    const write = ++this.#number;
    this.note({ type: "write", write, runner, job, attempt, what });
    return write;
  }

  /** What became of a write. */
  written(write: number, result: "taken" | "repeated" | "refused" | "unknown", reason = ""): this {
    return this.note({ type: "written", write, result, reason });
  }

  /** A write that is taken. */
  write(job: string, attempt: number, what: WriteContent, runner?: string): this {
    return this.written(this.send(job, attempt, what, runner), "taken");
  }

  /** Adds an observation. */
  note(what: Observation extends infer O ? (O extends Observation ? Omit<O, "at"> : never) : never): this {
    this.#at += 1_000;
    this.observations.push({ ...what, at: this.#at } as Observation);
    return this;
  }

  /** The history; without `end` nothing is said about its end. */
  history(end?: Partial<FinalState>, more: Partial<History> = {}): History {
    const { observations, namespace } = this;
    const whole: FinalState = { namespaces: [namespace], healedForMs: 0, eventsComplete: true, jobs: [], ...end };
    return { observations, ...(end ? { end: whole } : {}), ...more };
  }

  /** The jobs of the story as they are after its events, for the end. */
  finalJobs(): FinalState["jobs"] {
    return [...this.#state.values()]
      .filter(({ type }) => type !== "DELETED")
      .map(({ job, state, queue }) => ({
        namespace: this.namespace,
        job,
        state,
        attempts: this.#attempts(job),
        queue,
        kind: "k",
      }));
  }

  /** The violations. */
  check(end?: Partial<FinalState>, more: Partial<History> = {}): readonly Violation[] {
    return checkHistory(this.history(end, more));
  }

  #attempts(job: string): FinalState["jobs"][number]["attempts"] {
    const states = new Map<number, { runner: string; state: AttemptState }>();
    for (const { type, attempt, runner, state, job: about } of this.events) {
      if (about !== job || attempt === 0) continue;
      const ends: Partial<Record<JobEvent["type"], AttemptState>> = {
        ...{
          CLAIMED: "CLAIMED",
          STARTED: "STARTED",
          ATTEMPT_FAILED: "FAILED",
          LEASE_LOST: "LOST",
          RELEASED: "RELEASED",
        },
        ENDED: state as AttemptState,
      };
      const now = ends[type];
      if (now) states.set(attempt, { runner, state: now });
    }
    return [...states].map(([number, attempt]) => ({ number, ...attempt }));
  }

  #filledIn(init: EventInit, before: JobEvent | undefined): JobEvent {
    const previousState = before?.state ?? "";
    const states: Partial<Record<JobEvent["type"], JobEvent["state"]>> = {
      CLAIMED: "RUNNING",
      STARTED: "RUNNING",
      ENDED: "SUCCEEDED",
    };
    const stays =
      init.type === "AMENDED" ||
      init.type === "DELETED" ||
      init.type === "DISMISSED" ||
      init.type === "CANCEL_REQUESTED";
    return {
      sequence: (this.events.at(-1)?.sequence ?? 0) + 1,
      time: this.#at + 1_000,
      previousState,
      state: stays && previousState !== "" ? previousState : (states[init.type] ?? "QUEUED"),
      attempt: 0,
      runner: "",
      reason: init.type === "ENDED" ? "REPORTED" : "",
      message: "",
      queue: "default",
      type: init.type,
      job: init.job,
    };
  }
}

/** The names of the rules that do not hold. */
export function rulesOf(violations: readonly Violation[]): readonly string[] {
  return [...new Set(violations.map(({ rule }) => rule))].sort();
}
