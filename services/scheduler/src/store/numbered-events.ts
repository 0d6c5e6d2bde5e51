import type { CoreEvent } from "../domain/core/writes.js";
import { encodeEvents } from "./event-row.js";
import type { Part } from "./fenced-statement.js";
import type { Term } from "./term.js";

/** The events of one flush with the numbers that they got. */
export interface NumberedEvents {
  readonly firstSequence: number;
  readonly at: number;
  readonly events: readonly CoreEvent[];
}

/** One packed row for all events of a flush; no part when there are none. */
export function eventsPart(term: Term, { firstSequence, at, events }: NumberedEvents): Part[] {
  if (events.length === 0) return [];
  return [
    {
      name: "e",
      sql: ([shard, first, n, time, data]) =>
        `insert into scheduler.events (shard, first_sequence, n, at_ms, data)
         select ${shard}::int, ${first}::bigint, ${n}::int, ${time}::bigint, ${data}::bytea where (select ok from f)`,
      values: [term.shard, firstSequence, events.length, Math.floor(at), encodeEvents(events)],
    },
  ];
}
