import { AgedMap } from "@switchyard/collections";
import { isFinal } from "../job-event.js";
import type { JobSpec } from "../job-spec.js";
import type { Observation, WatchedEvent } from "../observation.js";
import type { Violation } from "../violation.js";
import { advance } from "./advance.js";
import type { EventRule, Say } from "./event-rule.js";
import { createLife, type JobLife } from "./job-life.js";

/** What may happen to a job that has ended. */
const afterTheEnd: ReadonlySet<string> = new Set(["REOPENED", "DELETED", "DISMISSED"]);

/** How events are checked. */
export interface EventCheckerOptions {
  readonly rules: readonly EventRule[];
  readonly onViolation: (violation: Violation) => void;
  /** The events are taken from the first one on: what was never submitted is wrong. Else a job's first event is taken as true. */
  readonly fromTheBeginning: boolean;
  /** What was asked for, where that is known. */
  readonly specOf?: (job: string) => JobSpec | undefined;
  /**
   * Jobs that have ended and are kept, so that what happens to them afterwards can be judged; the longest ended is forgotten first. Default: all, as a
   * recorded history needs. 0 and more: as many, for event streams without end.
   */
  readonly keepEnded?: number;
}

/**
 * Takes the events of one namespace in the order of their numbers and holds each against the rules. It keeps something of open jobs only (about 1 KB each),
 * and of the last `keepEnded` that ended.
 */
export class EventChecker {
  readonly #lives = new Map<string, JobLife>();
  /** Jobs that have ended, by how long ago. */
  #ended = new AgedMap<string, JobLife>();
  readonly #rules: readonly { readonly rule: EventRule; readonly say: Say }[];
  readonly #keepEnded: number;
  #seen: WatchedEvent | undefined;
  #whole: boolean;
  #forgotten = false;

  constructor(private readonly options: EventCheckerOptions) {
    this.#rules = options.rules.map((rule) => {
      const say: Say = (message, ...observations) => this.#tell(rule.name, message, observations);
      return { rule, say };
    });
    this.#keepEnded = options.keepEnded ?? Number.POSITIVE_INFINITY;
    this.#whole = options.fromTheBeginning;
  }

  /** Open jobs. */
  get open(): ReadonlyMap<string, JobLife> {
    return this.#lives;
  }

  /** Jobs that have ended and are kept, longest ended first. Makes a list of them: for now and then. */
  recentlyEnded(): Iterable<JobLife> {
    return this.#ended.values();
  }

  /** Nothing is missing since the first event: what is not known here is not there, or has ended and was forgotten. */
  get isWhole(): boolean {
    return this.#whole;
  }

  /** What is known of a job; undefined for one that was never named, or has ended and was forgotten. */
  life(job: string): JobLife | undefined {
    return this.#lives.get(job) ?? this.#ended.get(job);
  }

  /** Events are missing from here on back: nothing is known of any job any more, and what comes first of each is taken as true. */
  missed(): void {
    this.#lives.clear();
    this.#ended = new AgedMap();
    this.#whole = false;
  }

  /** Takes the next event. */
  take(seen: WatchedEvent): void {
    const { event } = seen;
    const last = this.#seen;
    if (last && event.sequence <= last.event.sequence) {
      this.#tell("sequences-rise", `Event ${event.sequence} came behind event ${last.event.sequence}.`, [last, seen]);
    }
    this.#seen = seen;
    const life = this.#lives.get(event.job) ?? this.#closed(seen);
    for (const { rule, say } of this.#rules) rule.check(life, seen, say);
    advance(life, seen);
    if (life.deleted || isFinal(life.state)) this.#close(life);
  }

  /** The life of a job that is not open: one that is kept although it has ended, or a new one. It is open until the event says otherwise. */
  #closed(seen: WatchedEvent): JobLife {
    const { type, job } = seen.event;
    const kept = this.#ended.get(job);
    if (kept) {
      this.#ended.delete(job);
      this.#lives.set(job, kept);
      return kept;
    }
    if (this.#whole && this.#forgotten && type !== "SUBMITTED" && !afterTheEnd.has(type))
      this.#tell("legal-transitions", `${type} came for job ${job}, which is not open.`, [seen]);
    // What begins otherwise, after ended jobs were forgotten, may be one of these.
    const whole = type === "SUBMITTED" || (this.#whole && !this.#forgotten);
    const life = createLife(seen.namespace, job, { spec: this.options.specOf?.(job), whole });
    this.#lives.set(job, life);
    return life;
  }

  #close(life: JobLife): void {
    this.#lives.delete(life.job);
    this.#ended.set(life.job, life);
    if (this.#ended.size <= this.#keepEnded) return;
    this.#forgotten = true;
    const oldest = this.#ended.oldest();
    if (oldest) this.#ended.delete(oldest[0]);
  }

  #tell(rule: string, message: string, observations: readonly Observation[]): void {
    this.options.onViolation({ rule, message, observations });
  }
}
