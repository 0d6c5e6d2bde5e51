import type { NumberedEvents, SubmitWrite, Term } from "./rows.js";
import { ServerError, uniqueViolation } from "./statement.js";
import { needPartition, type Part } from "./write-part.js";

/** Event numbers per partition, as in the real tables. */
const eventsPerPartition = 4_194_304;

/** The events of a flush. */
export function eventPart(term: Term, { firstSequence: first, events }: NumberedEvents): Part {
  const rows = events.map(({ space, shape, ...event }, i) => ({
    ...event,
    sequence: first + i,
    ns: space.id,
    shapeId: shape.id,
  }));
  return (s) => {
    if (rows.length === 0) return;
    needPartition(s, "events", Math.floor(first / eventsPerPartition));
    const chunks = s.tables.shard(term.shard).events;
    if (chunks.some((chunk) => chunk.first === first)) throw uniqueViolation("events_pkey", String(first));
    s.effect(() => {
      // Flushes of different lanes commit in any order; chunks are kept in that of their numbers.
      let at = chunks.length;
      while (at > 0 && (chunks[at - 1] as { first: number }).first > first) at--;
      chunks.splice(at, 0, { first, n: rows.length, events: rows });
    });
  };
}

/** Ticks of schedules, each once. */
export function tickParts(writes: readonly SubmitWrite[]): Part[] {
  return writes.flatMap(({ ticks = [] }) =>
    ticks.map(({ space: { id: ns }, name, fromMs, tickMs, serial }): Part => {
      return (s) => {
        const { schedules } = s.tables.space(ns);
        const row = schedules.get(name);
        if (row?.doneUntil !== fromMs || tickMs <= fromMs)
          throw new ServerError("a tick was dealt with before, or its schedule is not there", "SW002");
        s.touch("sc", "schedules", `${ns}/${name}`);
        s.effect(() => schedules.set(name, { ...row, doneUntil: tickMs, lastTick: tickMs, lastSerial: serial }));
      };
    }),
  );
}

/** Requests that may be repeated. */
export function requestParts(requests: SubmitWrite["requests"]): Part[] {
  return requests.map(({ space: { id: ns }, key, fingerprint, serials, at, day }): Part => {
    const row = {
      day,
      ns,
      request_key: key,
      fingerprint: fingerprint ? Buffer.from(fingerprint) : null,
      serials: [...serials],
      n: serials.length,
      created_ms: Math.floor(at),
    };
    return (s) => {
      needPartition(s, "requests", day);
      const name = `${day}/${ns}/${key}`;
      s.touch("r", "requests", name);
      if (s.tables.requests.has(name)) throw uniqueViolation(`requests_${day}_pkey`, name);
      s.effect(() => s.tables.requests.set(name, row));
    };
  });
}
