import type { EndFacts } from "../domain/core/end-facts.js";
import type { CoreEvent } from "../domain/core/writes.js";

/**
 * A run of events that are alike in all but the job, as it is kept: short names and only what is not empty, since every flush writes them. A flush often has a
 * thousand events of one sort, so a job costs its number, and at its end its times.
 */
interface StoredRun {
  readonly y: CoreEvent["type"];
  readonly n: number;
  /** The serials: the first, and how much higher each is than the one before it. */
  readonly j: number[];
  readonly o?: number;
  readonly t: number;
  readonly p?: string;
  readonly s: string;
  readonly a?: number;
  readonly r?: string;
  readonly w?: string;
  readonly m?: string;
  readonly c?: string;
  readonly k: string;
  readonly h: number;
  /** Of ends: the bucket. */
  readonly b?: number;
  /** Of each end the time, and how long before it the job was created, claimed and started, -1 for never; of the first alone where all are the same. */
  readonly f?: number[];
  /** The runner, where the event itself has none. */
  readonly q?: string;
  /** The subject; 0 when it was not known. */
  readonly u?: string | 0;
  readonly d?: string;
  readonly z?: Readonly<Record<string, number>>;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** An event as it was read: namespace and shape by number. */
export interface EventRow extends Omit<CoreEvent, "space" | "shape"> {
  readonly sequence: number;
  readonly ns: number;
  readonly shapeId: number;
}

/** Numbers of an end in a run. */
const factNumbers = 4;

/** Packs the events of one flush. */
export function encodeEvents(events: readonly CoreEvent[]): Buffer {
  const runs: StoredRun[] = [];
  let first: CoreEvent | undefined;
  let run: StoredRun | undefined;
  let last = 0;
  for (const event of events) {
    if (!run || !first || !isAlike(first, event)) {
      if (run) fold(run);
      first = event;
      run = runOf(event);
      runs.push(run);
    } else {
      run.j.push(event.serial - last);
    }
    last = event.serial;
    if (event.facts && run.f) addTimes(run.f, event.facts);
  }
  if (run) fold(run);
  return Buffer.from(JSON.stringify(runs));
}

/** Whether two events differ in nothing but the job and its times. */
function isAlike(a: CoreEvent, b: CoreEvent): boolean {
  return (
    a.type === b.type &&
    a.at === b.at &&
    a.space === b.space &&
    a.shape === b.shape &&
    a.kind === b.kind &&
    a.state === b.state &&
    a.previous === b.previous &&
    a.attempt === b.attempt &&
    a.runnerId === b.runnerId &&
    a.reopen === b.reopen &&
    a.reason === b.reason &&
    a.message === b.message &&
    a.actor === b.actor &&
    haveSameFacts(a.facts, b.facts)
  );
}

function haveSameFacts(a: EndFacts | undefined, b: EndFacts | undefined): boolean {
  if (!a || !b) return a === b;
  return (
    a.bucket === b.bucket &&
    a.subject === b.subject &&
    a.runnerId === b.runnerId &&
    a.code === b.code &&
    a.metrics === b.metrics
  );
}

function runOf(e: CoreEvent): StoredRun {
  const run: Mutable<StoredRun> = {
    y: e.type,
    n: e.space.id,
    j: [e.serial],
    t: e.at,
    s: e.state,
    k: e.kind,
    h: e.shape.id,
  };
  if (e.reopen) run.o = e.reopen;
  if (e.previous) run.p = e.previous;
  if (e.attempt) run.a = e.attempt;
  if (e.runnerId) run.r = e.runnerId;
  if (e.reason) run.w = e.reason;
  if (e.message) run.m = e.message;
  if (e.actor) run.c = e.actor;
  if (!e.facts) return run;
  const { bucket, subject, runnerId, code, metrics } = e.facts;
  run.b = bucket;
  run.f = [];
  if (runnerId !== e.runnerId) run.q = runnerId;
  if (subject !== "") run.u = subject ?? 0;
  if (code !== "") run.d = code;
  if (Object.keys(metrics).length > 0) run.z = metrics;
  return run;
}

function addTimes(times: number[], { createdAt, claimedAt, startedAt, endedAt }: EndFacts): void {
  const claimed = claimedAt > 0 ? endedAt - claimedAt : -1;
  const started = startedAt > 0 ? endedAt - startedAt : -1;
  times.push(endedAt, endedAt - createdAt, claimed, started);
}

/** Says the times of a run once where they are the same for all. */
function fold({ f }: StoredRun): void {
  if (!f) return;
  for (let i = factNumbers; i < f.length; i++) if (f[i] !== f[i - factNumbers]) return;
  f.length = factNumbers;
}

/** Unpacks the events of one flush; they are numbered from `firstSequence`. */
export function decodeEvents(firstSequence: number, data: Buffer): EventRow[] {
  const events: EventRow[] = [];
  for (const run of JSON.parse(data.toString()) as StoredRun[]) {
    let serial = 0;
    for (const [i, step] of run.j.entries()) {
      serial += step;
      events.push({
        sequence: firstSequence + events.length,
        type: run.y,
        ns: run.n,
        serial,
        reopen: run.o ?? 0,
        at: run.t,
        previous: (run.p ?? "") as CoreEvent["previous"],
        state: run.s as CoreEvent["state"],
        attempt: run.a ?? 0,
        runnerId: run.r ?? "",
        reason: (run.w ?? "") as CoreEvent["reason"],
        message: run.m ?? "",
        actor: run.c ?? "",
        kind: run.k,
        shapeId: run.h,
        facts: factsIn(run, i),
      });
    }
  }
  return events;
}

/** Events of one namespace that follow one another, as they are kept. */
export interface EventStretch {
  readonly firstSequence: number;
  readonly n: number;
  readonly data: Buffer;
}

/** The events of a flush that are of one namespace, with another number of it: a stretch for each time that others lie between. */
export function stretchesOf(firstSequence: number, data: Buffer, ns: number, as: number): EventStretch[] {
  const stretches: EventStretch[] = [];
  let sequence = firstSequence;
  let begun = sequence;
  let runs: StoredRun[] = [];
  const end = () => {
    if (runs.length > 0)
      stretches.push({ firstSequence: begun, n: sequence - begun, data: Buffer.from(JSON.stringify(runs)) });
    runs = [];
  };
  for (const run of JSON.parse(data.toString()) as StoredRun[]) {
    if (run.n !== ns) end();
    else {
      if (runs.length === 0) begun = sequence;
      runs.push({ ...run, n: as });
    }
    sequence += run.j.length;
  }
  end();
  return stretches;
}

function factsIn({ f, b = 0, q, u = "", d = "", z = {}, r = "" }: StoredRun, i: number): EndFacts | undefined {
  if (!f) return undefined;
  const begin = f.length === factNumbers ? 0 : i * factNumbers;
  const [endedAt, created, claimed, started] = f.slice(begin, begin + factNumbers) as [number, number, number, number];
  const at = (before: number) => (before < 0 ? 0 : endedAt - before);
  return {
    bucket: b,
    subject: u === 0 ? undefined : u,
    createdAt: endedAt - created,
    claimedAt: at(claimed),
    startedAt: at(started),
    endedAt,
    runnerId: q ?? r,
    code: d,
    metrics: z,
  };
}
