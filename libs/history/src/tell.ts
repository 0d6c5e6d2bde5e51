import { endsAttempt } from "./job-event.js";
import type { History } from "./history.js";
import type { JobSpec } from "./job-spec.js";
import type { Observation, Request, WatchedEvent } from "./observation.js";
import { mayBeDone } from "./told.js";
import type {
  Place,
  RequestOf,
  Told,
  ToldAttempt,
  ToldCall,
  ToldEvent,
  ToldJob,
  ToldWatcher,
  ToldWrite,
} from "./told.js";

/** Orders a history by whom and what it is about. Linear in its length, but for events that watchers got out of the order of their numbers. */
export function tell(history: History): Told {
  const teller = new Teller();
  const { observations, end } = history;
  for (let place = 0; place < observations.length; place++) teller.take(place, observations[place] as Observation);
  for (const job of end?.jobs ?? []) {
    const told = teller.job(job.job);
    told.final = job;
    told.namespace ||= job.namespace;
  }
  teller.finish();
  return {
    history,
    calls: teller.calls,
    jobs: teller.jobs,
    events: teller.events,
    watchers: [...teller.watchers.values()],
    callsOf: (op) => (teller.byOp.get(op) ?? []) as ToldCall<RequestOf<typeof op>>[],
  };
}

/** Takes observations in their order. */
class Teller {
  readonly calls: ToldCall[] = [];
  readonly byOp = new Map<Request["op"], ToldCall[]>();
  readonly jobs = new Map<string, ToldJob>();
  readonly events = new Map<string, ToldEvent[]>();
  readonly watchers = new Map<string, ToldWatcher>();
  readonly #callById = new Map<number, ToldCall>();
  readonly #writeById = new Map<number, ToldWrite>();
  readonly #bySequence = new Map<string, Map<number, ToldEvent>>();

  take(place: Place, what: Observation): void {
    switch (what.type) {
      case "event":
        this.#event(place, what);
        break;
      case "watch":
      case "seen":
      case "overrun":
        this.#watcher(what.watcher, what.namespace).story.push({ place, what });
        break;
      case "call": {
        const told: ToldCall = { call: what, begin: place, end: Infinity, answer: undefined, failure: undefined };
        this.calls.push(told);
        this.#callById.set(what.call, told);
        const { op } = what.request;
        const same = this.byOp.get(op);
        if (same) same.push(told);
        else this.byOp.set(op, [told]);
        break;
      }
      case "answer": {
        const told = this.#callById.get(what.call);
        if (!told) break;
        told.end = place;
        told.answer = what;
        break;
      }
      case "failure": {
        const told = this.#callById.get(what.call);
        if (!told) break;
        // One whose outcome is unknown may still be on its way.
        if (what.done === "no") told.end = place;
        told.failure = what;
        break;
      }
      case "write": {
        const told: ToldWrite = { write: what, begin: place, end: Infinity, result: undefined };
        this.#writeById.set(what.write, told);
        // Whoever writes may name an attempt that is not there.
        this.#attempt(what.job, what.attempt, Infinity).writes.push(told);
        break;
      }
      case "written": {
        const told = this.#writeById.get(what.write);
        if (!told) break;
        if (what.result !== "unknown") told.end = place;
        told.result = what;
        break;
      }
      case "granted": {
        const job = this.job(what.job);
        job.namespace ||= what.namespace;
        this.#attempt(what.job, what.attempt, place).grants.push({ place, granted: what });
        break;
      }
      case "run":
        this.#attempt(what.job, what.attempt, place).runs.push({ place, run: what });
        break;
      case "stop":
        this.#attempt(what.job, what.attempt, place).stops.push(what);
        break;
      case "mark":
        break;
    }
  }

  /** Brings the events into the order of their numbers and gives each to its job, then finds which job each item became. */
  finish(): void {
    for (const events of this.events.values()) {
      if (!isSorted(events)) events.sort((a, b) => a.seen.event.sequence - b.seen.event.sequence);
      for (const told of events) this.#give(told);
    }
    new SpecFinder(this.jobs, (id) => this.job(id)).find(
      (this.byOp.get("submit") ?? []) as ToldCall<RequestOf<"submit">>[],
    );
  }

  job(id: string): ToldJob {
    let job = this.jobs.get(id);
    if (job) return job;
    job = {
      id,
      namespace: "",
      spec: undefined,
      parents: [],
      submit: undefined,
      events: [],
      attempts: new Map(),
      final: undefined,
    };
    this.jobs.set(id, job);
    return job;
  }

  #event(place: Place, seen: WatchedEvent): void {
    const { namespace, watcher, event } = seen;
    this.#watcher(watcher, namespace).story.push({ place, what: seen });
    const known = this.#bySequence.get(namespace) ?? new Map<number, ToldEvent>();
    if (known.size === 0) this.#bySequence.set(namespace, known);
    if (known.has(event.sequence)) return;
    const told: ToldEvent = { seen, knownAt: place };
    known.set(event.sequence, told);
    const events = this.events.get(namespace);
    if (events) events.push(told);
    else this.events.set(namespace, [told]);
  }

  #give(told: ToldEvent): void {
    const { event, namespace } = told.seen;
    const job = this.job(event.job);
    job.namespace ||= namespace;
    job.events.push(told);
    if (event.attempt === 0) return;
    const attempt = this.#attempt(event.job, event.attempt, told.knownAt);
    if (event.type === "CLAIMED") attempt.claimed ??= told;
    else if (event.type === "STARTED") attempt.started ??= told;
    else if (endsAttempt(event)) attempt.ended ??= told;
  }

  #attempt(id: string, number: number, place: Place): ToldAttempt {
    const { attempts } = this.job(id);
    let attempt = attempts.get(number);
    if (attempt) {
      if (place < attempt.knownAt) attempt.knownAt = place;
      return attempt;
    }
    attempt = {
      number,
      claimed: undefined,
      started: undefined,
      ended: undefined,
      knownAt: place,
      grants: [],
      runs: [],
      writes: [],
      stops: [],
    };
    attempts.set(number, attempt);
    return attempt;
  }

  #watcher(watcher: string, namespace: string): ToldWatcher {
    const name = `${watcher}\n${namespace}`;
    const told = this.watchers.get(name) ?? { watcher, namespace, story: [] };
    if (told.story.length === 0) this.watchers.set(name, told);
    return told;
  }
}

function isSorted(events: readonly ToldEvent[]): boolean {
  for (let i = 1; i < events.length; i++)
    if ((events[i] as ToldEvent).seen.event.sequence < (events[i - 1] as ToldEvent).seen.event.sequence) return false;
  return true;
}

type Submit = ToldCall<RequestOf<"submit">>;

function nameOf({ call: { request } }: Submit): string {
  return `${request.namespace}\n${request.requestId}`;
}

/** Finds what each job was asked for with: by the answer that says that it is new, else by its tag. */
class SpecFinder {
  /** The first try of each request id that may have been done. */
  readonly #firstTry = new Map<string, Submit>();

  constructor(
    private readonly jobs: ReadonlyMap<string, ToldJob>,
    private readonly jobOf: (id: string) => ToldJob,
  ) {}

  find(submits: readonly Submit[]): void {
    for (const submit of submits) {
      const { requestId } = submit.call.request;
      if (requestId !== "" && mayBeDone(submit) && !this.#firstTry.has(nameOf(submit)))
        this.#firstTry.set(nameOf(submit), submit);
    }
    const items = new Map<string, { readonly submit: Submit; readonly index: number }>();
    for (const submit of submits) {
      for (const [index, spec] of submit.call.request.items.entries()) {
        const answered = submit.answer?.jobs?.[index];
        const isOwn = answered?.disposition === "CREATED" || answered?.disposition === "REPLAYED";
        // A repeat is answered with the jobs of the first call, which may have been there for it already: only one with a tag of its own is sure.
        const job = answered && this.jobOf(answered.job);
        if (job) job.namespace ||= submit.call.request.namespace;
        if (job && isOwn && !(spec.reuseKey !== undefined && answered?.disposition === "REPLAYED"))
          this.#set(job, submit, index);
        if (spec.tag !== undefined && !items.has(spec.tag)) items.set(spec.tag, { submit, index });
      }
    }
    for (const job of this.jobs.values()) {
      const tag = job.final?.tag;
      const item = tag === undefined || job.spec ? undefined : items.get(tag);
      if (item) this.#set(job, item.submit, item.index);
    }
    for (const job of this.jobs.values()) if (job.spec?.parents) job.parents = this.#parentsOf(job);
  }

  #set(job: ToldJob, submit: Submit, index: number): void {
    if (job.spec) return;
    job.spec = submit.call.request.items[index];
    // The job may have been there since the first try.
    job.submit = this.#firstTry.get(nameOf(submit)) ?? submit;
  }

  #parentsOf({ spec, submit }: ToldJob): (string | undefined)[] {
    return (spec as JobSpec).parents?.map(({ job }) => {
      if (typeof job === "string") return job;
      return submit && this.#jobOfItem(submit, job);
    }) as (string | undefined)[];
  }

  /** The job that an item of a call became, or that stood for it. */
  #jobOfItem(submit: Submit, index: number): string | undefined {
    const answered = submit.answer?.jobs?.[index]?.job;
    if (answered !== undefined) return answered;
    const item = submit.call.request.items[index];
    if (!item || item.reuseKey !== undefined) return undefined;
    // The answer was lost: a repeat has it, or the tag tells.
    for (const job of this.jobs.values())
      if (job.spec === item || (item.tag && job.final?.tag === item.tag)) return job.id;
    return undefined;
  }
}
