import type { CoreEvent } from "../domain/core/writes.js";
import { encodeEvents } from "./event-row.js";
import type { Term } from "./term.js";

/** The events of one flush with the numbers that they got. */
export interface NumberedEvents {
  readonly firstSequence: number;
  readonly at: number;
  readonly events: readonly CoreEvent[];
}

/** The five values of an `events` row: shard, first sequence, count, time, data. */
export function eventValues(term: Term, { firstSequence, at, events }: NumberedEvents): unknown[] {
  return [term.shard, firstSequence, events.length, Math.floor(at), encodeEvents(events)];
}
