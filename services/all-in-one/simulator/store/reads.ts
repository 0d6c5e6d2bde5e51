import type {
  EndedFact,
  EventRow,
  LeaseRow,
  NamespaceSeed,
  OpenRow,
  QueueTotals,
  RequestRow,
  ScheduleRow,
  StoredEnd,
  StoredJob,
} from "./rows.js";
import { NamespaceTables, type Tables } from "./tables.js";

type FinalState = NonNullable<StoredEnd["jobState"]>;

/** The number of a namespace; it is made in this shard if it is new. */
export function ensureNamespace(tables: Tables, name: string, shard: number): { id: number; shard: number } {
  let space = tables.byName.get(name);
  if (!space) {
    space = new NamespaceTables(tables.spaces.size + 1, name, shard);
    tables.spaces.set(space.id, space);
    tables.byName.set(name, space);
  }
  return { id: space.id, shard: space.shard };
}

function spacesOf(tables: Tables, shard: number): NamespaceTables[] {
  return [...tables.spaces.values()].filter((space) => space.shard === shard);
}

/** The namespaces of a shard with their settings and last numbers. */
export function namespaces(tables: Tables, shard: number): NamespaceSeed[] {
  return spacesOf(tables, shard).map((space) => {
    let last = { serial: 0, createdMicros: 0 };
    for (const job of space.jobs.values()) if (job.serial > last.serial) last = job;
    const keys = new Set([...space.limits.keys(), ...space.rateLevels.keys()]);
    return {
      id: space.id,
      name: space.name,
      lastSerial: Math.max(space.serialFloor, last.serial),
      lastCreatedMicros: last.createdMicros,
      shapes: [...space.shapes.values()],
      queues: [...space.queues].map(([name, settings]) => ({ name, settings })),
      limits: [...keys].map((key) => ({
        key,
        seats: undefined,
        ratePerSecond: undefined,
        burst: 1,
        ...space.limits.get(key),
        ...space.rateLevels.get(key),
      })),
      marks: [...space.marks].map(([bucket, firstSerial]) => ({ bucket, firstSerial })),
    };
  });
}

/** Open jobs in the order of their serials. */
export function openJobs(tables: Tables, ns: number, after: number, limit: number): OpenRow[] {
  return [...tables.space(ns).open.values()]
    .filter(({ serial }) => serial > after)
    .sort((a, b) => a.serial - b.serial)
    .slice(0, limit);
}

/** Serials of open jobs, in order. */
export function openSerials(tables: Tables, ns: number, after: number, limit: number): number[] {
  return openJobs(tables, ns, after, limit).map(({ serial }) => serial);
}

/** Live attempts with their progress. */
export function leases(tables: Tables, ns: number): LeaseRow[] {
  const { leases: rows, progress } = tables.space(ns);
  return [...rows.values()].map((row) => ({ ...row, progress: progress.get(`${row.serial}/${row.attempt}`) ?? null }));
}

/** The next free event number. */
export function nextSequence(tables: Tables, shard: number): number {
  const last = tables.shard(shard).events.at(-1);
  return last ? last.first + last.n : 1;
}

/** Requests that were made since a time. */
export function requests(tables: Tables, days: readonly number[], sinceMs: number): RequestRow[] {
  return [...tables.requests.values()].filter((row) => days.includes(row.day) && row.created_ms >= Math.floor(sinceMs));
}

function lastEnd({ outcomes, open }: NamespaceTables, serial: number): StoredEnd | undefined {
  if (open.has(serial)) return undefined;
  return (outcomes.get(serial) ?? [])
    .filter(({ jobState }) => jobState !== undefined)
    .sort((a, b) => b.reopen - a.reopen)[0];
}

/** How jobs ended that are not open. */
export function finalStates(tables: Tables, ns: number, serials: readonly number[]): Map<number, FinalState> {
  const space = tables.space(ns);
  const states = new Map<number, FinalState>();
  for (const serial of serials) {
    const state = lastEnd(space, serial)?.jobState;
    if (state) states.set(serial, state);
  }
  return states;
}

/** Finished jobs by re-use key, the last that ended first; of each end state only the last one. */
export function endedByKey(tables: Tables, ns: number, keys: readonly string[]): Map<string, EndedFact[]> {
  const space = tables.space(ns);
  const byKey = new Map<string, EndedFact[]>();
  for (const key of keys) {
    const ends = [...space.jobs.values()]
      .filter(({ reuseKey }) => reuseKey === key)
      .flatMap(({ serial }) => lastEnd(space, serial) ?? [])
      .sort((a, b) => b.endedAt - a.endedAt || b.serial - a.serial);
    const facts: EndedFact[] = [];
    for (const { serial, jobState, endedAt } of ends)
      if (jobState && !facts.some(({ state }) => state === jobState))
        facts.push({ serial, state: jobState, at: endedAt });
    if (facts.length > 0) byKey.set(key, facts);
  }
  return byKey;
}

/** Jobs by their numbers, with what was amended; those behind so many bytes of inputs are left out. */
export function jobs(
  tables: Tables,
  ns: number,
  serials: readonly number[],
  payloads: boolean,
  maxBytes = Number.POSITIVE_INFINITY,
): StoredJob[] {
  const space = tables.space(ns);
  const found: StoredJob[] = [];
  let bytes = 0;
  for (const serial of new Set(serials)) {
    const row = space.jobs.get(serial);
    if (!row) continue;
    const amendments = [...(space.amendments.get(serial) ?? [])].sort((a, b) => b.revision - a.revision);
    const body = amendments.find((amendment) => amendment.body)?.body;
    const letter = space.deadLetters.get(serial);
    const input = body ? body.input : row.input;
    if (bytes >= maxBytes) break;
    bytes += input?.byteLength ?? 0;
    found.push({
      ...row,
      ...amendments[0]?.place,
      revision: amendments[0]?.revision ?? 1,
      input: payloads ? input : undefined,
      contentType: body ? body.contentType : row.contentType,
      replaced: body && { extras: body.extras },
      isDeadLetter: letter?.dismissed === false,
      dismissed: letter?.dismissed ?? false,
    });
  }
  return found;
}

/** All ends of jobs, in the order in which they happened. */
export function ends(
  tables: Tables,
  ns: number,
  serials: readonly number[],
  payloads: boolean,
  maxBytes = Number.POSITIVE_INFINITY,
): StoredEnd[] {
  const { outcomes } = tables.space(ns);
  const found: StoredEnd[] = [];
  let bytes = 0;
  for (const serial of new Set(serials)) {
    if (bytes >= maxBytes) break;
    for (const row of outcomes.get(serial) ?? []) {
      bytes += row.result?.byteLength ?? 0;
      found.push(payloads ? row : { ...row, result: undefined });
    }
  }
  return found.sort(inOrder);
}

function inOrder(a: StoredEnd, b: StoredEnd): number {
  const isFinal = (end: StoredEnd) => (end.jobState === undefined ? 0 : 1);
  return a.serial - b.serial || a.reopen - b.reopen || a.attempt - b.attempt || isFinal(a) - isFinal(b);
}

/** Events whose number is above `after` and at most `upTo`. */
export function events(tables: Tables, shard: number, after: number, upTo: number): EventRow[] {
  return tables
    .shard(shard)
    .events.flatMap((chunk) => chunk.events)
    .filter(({ sequence }) => sequence > after && sequence <= upTo);
}

/** Schedules of a shard. */
export function schedules(tables: Tables, shard: number): ScheduleRow[] {
  return spacesOf(tables, shard).flatMap((space) => [...space.schedules.values()]);
}

/** Subjects of jobs. */
export function subjects(tables: Tables, ns: number, serials: readonly number[]): Map<number, string> {
  const { jobs: rows } = tables.space(ns);
  return new Map(serials.flatMap((serial) => (rows.has(serial) ? [[serial, rows.get(serial)?.subject ?? ""]] : [])));
}

/** Sums by queue, bucket and state, and up to which event they go. */
export function queueTotals(tables: Tables, shard: number): QueueTotals {
  const totals = new Map<string, QueueTotals["totals"][number]>();
  const ids = new Set(spacesOf(tables, shard).map(({ id }) => id));
  for (const { ns, queue, bucket, state, cube, metric, n } of tables.rollups.values()) {
    if (cube !== "kind" || metric !== "" || !ids.has(ns)) continue;
    const name = JSON.stringify([ns, queue, bucket, state]);
    totals.set(name, { ns, queue, bucket, state, n: n + (totals.get(name)?.n ?? 0) });
  }
  return { upTo: tables.shard(shard).rollupCursor, totals: [...totals.values()] };
}
