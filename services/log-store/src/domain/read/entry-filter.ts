import { type Entry, microsOf, type Moment } from "../../model/entry.js";
import { requiredText } from "./required-text.js";
import { compileRegex } from "./safe-regex.js";

/** Which entries are wanted; all set fields must hold. */
export interface FilterSpec {
  /** Any of these; empty: all. */
  readonly levels: readonly number[];
  /** 0: all. */
  readonly minLevel: number;
  /** Empty: all. */
  readonly contains: string;
  /** Empty: all. */
  readonly regex: string;
  /** Empty: all. */
  readonly source: string;
  /** At or after. */
  readonly after: Moment | undefined;
  /** Before. */
  readonly before: Moment | undefined;
}

/** A compiled filter. */
export interface EntryFilter {
  matches(entry: Entry): boolean;
  /** Chunks of which every entry is earlier need not be looked into. */
  readonly afterMicros: number;
  /** Whether a chunk with these bytes may have a match; undefined: every chunk may. Much cheaper than to take it apart. */
  readonly mayMatch?: (bytes: Buffer) => boolean;
}

/** Lets everything through. */
export const everything: EntryFilter = { matches: () => true, afterMicros: Number.NEGATIVE_INFINITY };

/**
 * Compiles a filter; an empty one is {@link everything}. Cheap tests come first.
 * @throws SwitchyardError `INVALID_ARGUMENT` for an expression that is wrong or not safe
 */
export function compileFilter(spec: FilterSpec): EntryFilter {
  const tests: ((entry: Entry) => boolean)[] = [];
  const { levels, minLevel, contains, source, after, before } = spec;
  if (levels.length > 0) tests.push(({ level }) => levels.includes(level));
  if (minLevel > 0) tests.push(({ level }) => level >= minLevel);
  if (source !== "") tests.push((entry) => entry.source === source);
  if (after !== undefined) tests.push(({ time }) => !isBefore(time, after));
  if (before !== undefined) tests.push(({ time }) => isBefore(time, before));
  if (contains !== "") tests.push(({ message }) => message.includes(contains));
  if (spec.regex !== "") {
    const test = compileRegex(spec.regex);
    tests.push(({ message }) => test(message));
  }
  if (tests.length === 0) return everything;
  const afterMicros = after === undefined ? Number.NEGATIVE_INFINITY : microsOf(after);
  return {
    matches: (entry) => tests.every((test) => test(entry)),
    afterMicros,
    ...bytesFilter([contains, requiredText(spec.regex)]),
  };
}

/** A message is in its chunk as UTF-8, byte by byte; but bytes that are none are read as U+FFFD, which is not there then. */
function bytesFilter(texts: readonly string[]): Pick<EntryFilter, "mayMatch"> {
  const wanted = texts
    .filter((text) => text !== "" && !text.includes("\uFFFD") && text.isWellFormed())
    .map((text) => Buffer.from(text));
  return wanted.length === 0 ? {} : { mayMatch: (bytes) => wanted.every((text) => bytes.includes(text)) };
}

function isBefore(a: Moment, b: Moment): boolean {
  return a.seconds === b.seconds ? a.nanos < b.nanos : a.seconds < b.seconds;
}
