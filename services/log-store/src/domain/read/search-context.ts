import type { LogRecord } from "../../model/entry.js";
import type { EntryFilter } from "./entry-filter.js";

/** What was passed in a stream, and how many of the next entries belong to the last match. */
interface Surroundings {
  readonly before: LogRecord[];
  after: number;
}

/**
 * Makes a function that is given all entries, a stretch at a time, and answers those that match together with so many before and after them in their own stream. No
 * entry is answered twice.
 */
export function withContext(
  filter: EntryFilter,
  context: number,
): (records: readonly LogRecord[]) => readonly LogRecord[] {
  const streams = new Map<string, Surroundings>();
  const surroundingsOf = ({ attempt, stream }: LogRecord): Surroundings => {
    const key = `${attempt}/${stream}`;
    const known = streams.get(key) ?? { before: [], after: 0 };
    streams.set(key, known);
    return known;
  };
  return (records) => {
    const found: LogRecord[] = [];
    for (const record of records) {
      const around = surroundingsOf(record);
      if (filter.matches(record.entry)) {
        found.push(...around.before.splice(0), record);
        around.after = context;
      } else if (around.after > 0) {
        found.push(record);
        around.after -= 1;
      } else {
        around.before.push(record);
        if (around.before.length > context) around.before.shift();
      }
    }
    return found;
  };
}
