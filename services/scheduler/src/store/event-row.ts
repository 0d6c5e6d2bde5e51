import type { EndFacts } from "../domain/core/end-facts.js";
import type { CoreEvent } from "../domain/core/writes.js";

/** An event as it is kept: short names and only what is not empty, since every flush writes them. */
interface StoredEvent {
  readonly y: CoreEvent["type"];
  readonly n: number;
  readonly j: number;
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
  /** Of an end: bucket, time of the end, and how long before it the job was created, claimed and started; -1 for never. */
  readonly f?: readonly [number, number, number, number, number];
  /** Its runner, where the event itself has none. */
  readonly q?: string;
  /** Its subject; 0 when it was not known. */
  readonly u?: string | 0;
  readonly d?: string;
  readonly z?: Readonly<Record<string, number>>;
}

/** An event as it was read: namespace and shape by number. */
export interface EventRow extends Omit<CoreEvent, "space" | "shape"> {
  readonly sequence: number;
  readonly ns: number;
  readonly shapeId: number;
}

/** Packs the events of one flush. */
export function encodeEvents(events: readonly CoreEvent[]): Buffer {
  return Buffer.from(JSON.stringify(events.map(storedEvent)));
}

/** Assigned one by one: spreads of what is not empty cost as much as all the rest, and each job has three of these. */
function storedEvent(e: CoreEvent): StoredEvent {
  const stored: Mutable<StoredEvent> = {
    y: e.type,
    n: e.space.id,
    j: e.serial,
    t: e.at,
    s: e.state,
    k: e.kind,
    h: e.shape.id,
  };
  if (e.reopen) stored.o = e.reopen;
  if (e.previous) stored.p = e.previous;
  if (e.attempt) stored.a = e.attempt;
  if (e.runnerId) stored.r = e.runnerId;
  if (e.reason) stored.w = e.reason;
  if (e.message) stored.m = e.message;
  if (e.actor) stored.c = e.actor;
  if (e.facts) storeFacts(stored, e.facts, e.runnerId);
  return stored;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

function storeFacts(stored: Mutable<StoredEvent>, facts: EndFacts, runnerId: string): void {
  const { bucket, subject, createdAt, claimedAt, startedAt, endedAt, code, metrics } = facts;
  const before = (at: number) => (at > 0 ? endedAt - at : -1);
  stored.f = [bucket, endedAt, endedAt - createdAt, before(claimedAt), before(startedAt)];
  if (facts.runnerId !== runnerId) stored.q = facts.runnerId;
  if (subject !== "") stored.u = subject ?? 0;
  if (code !== "") stored.d = code;
  if (Object.keys(metrics).length > 0) stored.z = metrics;
}

function readFacts({ f, q, u = "", d = "", z = {}, r = "" }: StoredEvent): EndFacts | undefined {
  if (!f) return undefined;
  const [bucket, endedAt, created, claimed, started] = f;
  const at = (before: number) => (before < 0 ? 0 : endedAt - before);
  return {
    bucket,
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

/** Unpacks the events of one flush; they are numbered from `firstSequence`. */
export function decodeEvents(firstSequence: number, data: Buffer): EventRow[] {
  const stored = JSON.parse(data.toString()) as StoredEvent[];
  return stored.map((e, i) => ({
    sequence: firstSequence + i,
    type: e.y,
    ns: e.n,
    serial: e.j,
    reopen: e.o ?? 0,
    at: e.t,
    previous: (e.p ?? "") as CoreEvent["previous"],
    state: e.s as CoreEvent["state"],
    attempt: e.a ?? 0,
    runnerId: e.r ?? "",
    reason: (e.w ?? "") as CoreEvent["reason"],
    message: e.m ?? "",
    actor: e.c ?? "",
    kind: e.k,
    shapeId: e.h,
    facts: readFacts(e),
  }));
}
