import { hourMs } from "../../store/aggregate-query.js";
import type { EndFacts } from "../core/end-facts.js";
import type { FinalState } from "../core/model.js";
import type { CoreEvent } from "../core/writes.js";
import { type Cube, keyIn, type SumKey } from "./cubes.js";
import { addSums, noSums, type Sums } from "./sums.js";

/** As much of an event as matters here. */
export type EndEvent = Pick<CoreEvent, "type" | "serial" | "previous" | "state" | "kind"> & {
  readonly ns: number;
  readonly queue: string;
  readonly omitSubject: boolean;
  readonly facts: EndFacts;
};

interface Entry {
  readonly key: SumKey;
  readonly sums: Sums;
}

/** An end whose subject has to be looked up. */
export interface UnknownSubject {
  readonly ns: number;
  readonly bucket: number;
  readonly serial: number;
}

/**
 * Sums of ends, folded from events. Ends add to it; a job that is opened again, or deleted, takes its end back.
 *
 * One entry for each combination of everything but the subject, and a second one beside it for each subject, since most jobs have none: at tens of
 * thousands of ends a second the fold costs the owner a few per cent of a core. Cubes are made of the entries when they are written or read.
 */
export class SumTable {
  readonly #all = new Map<string, Entry>();
  readonly #bySubject = new Map<string, Entry>();
  /** Ends without a subject yet, by namespace and serial. */
  readonly #unknown = new Map<string, { readonly event: EndEvent; readonly sign: 1 | -1 }[]>();
  #latest: Entry | undefined;
  /** Jobs that were gone when their subject was looked up: what comes of them later does not count by subject either. */
  readonly #vanished: Set<string>;

  /** `vanished` is shared by the tables that follow each other. */
  constructor(vanished: Set<string>) {
    this.#vanished = vanished;
  }

  /** Number of entries. */
  get size(): number {
    return this.#all.size + this.#bySubject.size;
  }

  /** Adds or takes back an end. */
  fold(event: EndEvent): void {
    const sign = event.type === "ENDED" ? 1 : -1;
    const state = (sign > 0 ? event.state : event.previous) as FinalState;
    const { subject } = event.facts;
    addEnd(this.#entryFor(event, state).sums, event.facts, sign);
    if (event.omitSubject) return;
    // Nearly always there is nothing more to do, and so no need for the job's name.
    if (subject === "" && this.#unknown.size === 0 && this.#vanished.size === 0) return;
    const job = jobText(event);
    if (this.#vanished.has(job)) {
      if (event.type === "DELETED") this.#vanished.delete(job);
      return;
    }
    if (subject === undefined) {
      const waiting = this.#unknown.get(job) ?? [];
      waiting.push({ event, sign });
      this.#unknown.set(job, waiting);
      return;
    }
    this.#resolve(job, subject);
    this.#addSubject(event, subject, sign);
  }

  /** Ends whose subject has to be looked up before sums by subject are right. */
  unknown(): UnknownSubject[] {
    return [...this.#unknown.values()].flatMap(([first]) => {
      if (!first) return [];
      const { ns, serial, facts } = first.event;
      return [{ ns, serial, bucket: facts.bucket }];
    });
  }

  /** A subject was looked up; undefined when the job is gone. */
  known({ ns, serial }: UnknownSubject, subject: string | undefined): void {
    if (this.#unknown.size === 0) return;
    const job = jobText({ ns, serial });
    if (subject !== undefined) this.#resolve(job, subject);
    else if (this.#unknown.delete(job)) this.#vanished.add(job);
  }

  /** The sums of a cube. */
  cube(cube: Cube): Iterable<Entry> {
    const entries = new Map<string, Entry>();
    const add = ({ key, sums }: Entry, sign: 1 | -1) => {
      const kept = keyIn(cube, key);
      addSums(entryIn(entries, kept, keyText(kept)).sums, sums, sign);
    };
    for (const entry of this.#all.values()) add(entry, 1);
    if (cube === "subject") {
      // What has a subject was counted among those without one.
      for (const entry of this.#bySubject.values()) {
        add(entry, 1);
        add({ key: { ...entry.key, subject: "" }, sums: entry.sums }, -1);
      }
    }
    return entries.values();
  }

  /** Drops the sums of a bucket that is gone. */
  forget(bucket: number): void {
    this.#latest = undefined;
    for (const entries of [this.#all, this.#bySubject])
      for (const [text, { key }] of entries) if (key.bucket === bucket) entries.delete(text);
    for (const [job, waiting] of this.#unknown)
      if (waiting[0]?.event.facts.bucket === bucket) this.#unknown.delete(job);
  }

  #resolve(job: string, subject: string): void {
    const waiting = this.#unknown.get(job);
    if (!waiting) return;
    this.#unknown.delete(job);
    for (const { event, sign } of waiting) this.#addSubject(event, subject, sign);
  }

  #addSubject(event: EndEvent, subject: string, sign: 1 | -1): void {
    if (subject === "") return;
    const state = (sign > 0 ? event.state : event.previous) as FinalState;
    const key = keyOf(event, state, subject);
    addEnd(entryIn(this.#bySubject, key, keyText(key)).sums, event.facts, sign);
  }

  /** The entry of an end without its subject. Ends come in runs that belong together, so it is mostly the one of the end before, found without a text of its key. */
  #entryFor(event: EndEvent, state: FinalState): Entry {
    if (!this.#latest || !isKeyOf(this.#latest.key, event, state)) {
      const key = keyOf(event, state, "");
      this.#latest = entryIn(this.#all, key, keyText(key));
    }
    return this.#latest;
  }
}

/** The hour of a time in ms, in hours since 1970. */
function hourOf(ms: number): number {
  return Math.floor(ms / hourMs);
}

function addEnd(sums: Sums, { createdAt, claimedAt, startedAt, endedAt, metrics }: EndFacts, sign: 1 | -1): void {
  sums.n += sign;
  if (startedAt > 0) {
    sums.timed += sign;
    sums.durationMs += sign * (endedAt - startedAt);
    sums.waitMs += sign * (claimedAt - createdAt);
  }
  for (const name in metrics) {
    sums.metrics ??= new Map();
    sums.metrics.set(name, (sums.metrics.get(name) ?? 0) + sign * (metrics[name] as number));
  }
}

function keyOf({ ns, queue, kind, facts }: EndEvent, state: FinalState, subject: string): SumKey {
  const { bucket, runnerId: runner, code, endedAt } = facts;
  return { ns, bucket, queue, kind, subject, runner, state, code, hour: hourOf(endedAt) };
}

/** Whether an end belongs to the sums of a key, whose subject is not looked at. */
function isKeyOf(key: SumKey, { ns, queue, kind, facts }: EndEvent, state: FinalState): boolean {
  return (
    key.ns === ns &&
    key.bucket === facts.bucket &&
    key.queue === queue &&
    key.kind === kind &&
    key.runner === facts.runnerId &&
    key.state === state &&
    key.code === facts.code &&
    key.hour === hourOf(facts.endedAt)
  );
}

function entryIn(entries: Map<string, Entry>, key: SumKey, text: string): Entry {
  let entry = entries.get(text);
  if (!entry) {
    entry = { key, sums: noSums() };
    entries.set(text, entry);
  }
  return entry;
}

/** Names have no line ends (`checkName`), but codes may. */
function keyText({ ns, bucket, hour, state, queue, kind, runner, code, subject }: SumKey): string {
  return `${ns}\n${bucket}\n${hour}\n${state}\n${queue}\n${kind}\n${runner}\n${code === "" ? "" : JSON.stringify(code)}\n${subject}`;
}

function jobText({ ns, serial }: { readonly ns: number; readonly serial: number }): string {
  return `${ns}/${serial}`;
}
