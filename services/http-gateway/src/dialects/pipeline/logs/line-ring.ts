import type { RunLine } from "./run-lines.js";

/** The newest lines of a run, in memory. */
export interface LineRing {
  /** Index behind the newest line. */
  readonly end: number;
  /** Adds the next line; its index is above that of the last one. */
  add(line: RunLine): void;
  /** The lines from an index on; undefined where the first of them is not kept any more. */
  from(index: number): readonly RunLine[] | undefined;
}

/** Makes an empty ring. What is beyond either limit is dropped, oldest first; the newest line is always kept. */
export function createLineRing({ maxLines = 2000, maxChars = 256 * 1024 } = {}): LineRing {
  const lines: RunLine[] = [];
  /** Where the kept lines begin. Those before are cut off when they are as many as the kept ones. */
  let first = 0;
  let chars = 0;
  let end = 0;
  return {
    get end() {
      return end;
    },
    add(line) {
      lines.push(line);
      chars += line.text.length;
      end = line.index + 1;
      while (lines.length - first > 1 && (lines.length - first > maxLines || chars > maxChars)) {
        chars -= (lines[first] as RunLine).text.length;
        first += 1;
      }
      if (first < lines.length - first) return;
      lines.splice(0, first);
      first = 0;
    },
    from(index) {
      if (index >= end) return [];
      // Right at once where no number is missing; else the line lies behind, since there are fewer lines than numbers.
      let start = Math.max(first, lines.length - (end - index));
      while ((lines[start] as RunLine).index < index) start += 1;
      const isWhole = start > first || lines[start]?.index === index;
      return isWhole ? lines.slice(start) : undefined;
    },
  };
}
