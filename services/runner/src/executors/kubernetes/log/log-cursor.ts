/** Remembers how far a container's log was read. */
export interface LogCursor {
  /** Begins another read; answers the time from which it must read, RFC 3339 in whole seconds, if not from the beginning. */
  begin(): string | undefined;
  /** Takes the next line, time stamp in front; answers its text, or undefined when it was read before. */
  take(line: Buffer): Buffer | undefined;
}

/** What was read of one second. */
interface Second {
  /** Lines. */
  count: number;
  readonly first: Buffer;
  /** Place of the first line in all that was read. */
  readonly place: number;
}

const blank = 0x20;

/**
 * Makes a cursor. A log can be read again only from a whole second, by the stamps of its lines, and lines of two outputs may be stamped
 * slightly out of order. But what is read again comes in the same order: so a read goes back by one second before the last, and as many
 * lines are left out as were read of that time, whatever they say. Should the file have been rotated away meanwhile (the first line is
 * another one than it was), lines up to the latest stamp are left out instead.
 */
export function createLogCursor(): LogCursor {
  const seconds = new Map<number, Second>();
  let lastSecond = Number.NEGATIVE_INFINITY;
  let lastStamp = "";
  let lines = 0;
  /** Lines that are still to be left out, in this read. */
  let known = 0;
  let expected: Buffer | undefined;
  let isRotated = false;

  const remember = (line: Buffer, stamp: string, second: number) => {
    lines += 1;
    if (stamp > lastStamp) lastStamp = stamp;
    const entry = seconds.get(second);
    // A copy, since the line is a part of a chunk that would be kept with it.
    if (entry === undefined) seconds.set(second, { count: 1, first: Buffer.from(line), place: lines });
    else entry.count += 1;
    if (second <= lastSecond) return;
    lastSecond = second;
    for (const old of seconds.keys()) if (old < second - 1) seconds.delete(old);
  };

  return {
    begin() {
      if (lines === 0) return undefined;
      const from = lastSecond - 1;
      const recent = [...seconds].filter(([second]) => second >= from).map(([, entry]) => entry);
      known = recent.reduce((sum, { count }) => sum + count, 0);
      expected = recent.reduce((first, entry) => (entry.place < first.place ? entry : first)).first;
      isRotated = false;
      return new Date(from * 1_000).toISOString().replace(".000Z", "Z");
    },
    take(line) {
      const end = line.indexOf(blank);
      const stamp = line.toString("latin1", 0, end < 0 ? line.length : end);
      const second = Math.floor(Date.parse(stamp) / 1_000);
      // Not a line of the container: the node says that it can't read the log.
      if (Number.isNaN(second)) return line;
      if (expected !== undefined) {
        isRotated = !line.equals(expected);
        expected = undefined;
      }
      if (isRotated && known > 0) {
        if (stamp <= lastStamp) return undefined;
        known = 0;
      }
      if (known > 0) {
        known -= 1;
        return undefined;
      }
      remember(line, stamp, second);
      return end < 0 ? line.subarray(line.length) : line.subarray(end + 1);
    },
  };
}
