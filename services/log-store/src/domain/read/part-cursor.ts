import { chunkBytes, unpackChunk } from "../../chunk/encoding.js";
import { type Entry, microsOf } from "../../model/entry.js";
import type { ReadChunk } from "../../store/read-chunks.js";
import type { ChunkSource, StreamRange } from "./chunk-source.js";
import type { Direction } from "./direction.js";
import type { EntryFilter } from "./entry-filter.js";

/** A part of a stream that is read. */
export interface Part extends StreamRange {
  readonly attempt: number;
  readonly stream: string;
}

/** Text in chunks that are passed over at a time: what takes longer would keep others waiting. */
const mostSkippedBytes = 4 * 1024 * 1024;

/** What a filter can say of a whole chunk. */
export type ChunkFilter = Pick<EntryFilter, "afterMicros" | "mayMatch">;

/**
 * Reads one part entry by entry, chunk after chunk. Of the chunks, one page at a time is held, of the entries those of one
 * chunk. `current` is undefined until `load` has been awaited, and again behind each chunk's last entry.
 */
export class PartCursor {
  readonly part: Part;
  readonly #source: ChunkSource;
  readonly #direction: Direction;
  readonly #forward: boolean;
  readonly #filter: ChunkFilter;
  /** Forward: the next sequence number to be read. Backward: the one behind the next to be read. */
  position: number;
  /** Time of the next entry in microseconds, as far as it is known: where this part stands among others. */
  timeKey: number;
  #page: ReadChunk[] = [];
  #entries: readonly Entry[] = [];
  #index = 0;
  #chunkEnd = 0;
  #skippedBytes = 0;

  /**
   * @param timeKey the part's outermost time, as far as it is known
   * @param filter chunks in which it can match nothing are skipped
   */
  constructor(source: ChunkSource, part: Part, direction: Direction, timeKey: number, filter: ChunkFilter) {
    this.#source = source;
    this.part = part;
    this.#direction = direction;
    this.#forward = direction === "forward";
    this.position = this.#forward ? part.from : part.before;
    this.timeKey = timeKey;
    this.#filter = filter;
  }

  /** Whether everything has been read. */
  get done(): boolean {
    return (
      this.current === undefined &&
      (this.#forward ? this.position >= this.part.before : this.position <= this.part.from)
    );
  }

  /** The next entry, if its chunk is there. */
  get current(): Entry | undefined {
    return this.#entries[this.#index];
  }

  /** Bytes of text in chunks that were skipped since this was asked last. */
  takeSkippedBytes(): number {
    const bytes = this.#skippedBytes;
    this.#skippedBytes = 0;
    return bytes;
  }

  /** Looks for the next chunk with entries of the part, in one page of chunks at most; afterwards `current` may be set, or `done` hold, or neither, if all of them were skipped. */
  async load(): Promise<void> {
    let mayFetch = true;
    while (this.current === undefined && !this.done) {
      // A page of chunks that compress well holds much text.
      if (this.#skippedBytes > mostSkippedBytes) break;
      const chunk = this.#page.shift();
      if (chunk !== undefined) this.#open(chunk);
      else if (!mayFetch) break;
      else {
        mayFetch = false;
        if (!(await this.#nextPage())) this.position = this.#forward ? this.part.before : this.part.from;
      }
    }
    this.#setTimeKey();
  }

  /** Goes on to the next entry. */
  advance(): void {
    const passed = this.current;
    if (passed === undefined) return;
    this.#index++;
    const next = this.current;
    if (this.#forward) this.position = next?.sequence ?? this.#chunkEnd;
    else this.position = next === undefined ? this.#chunkEnd : passed.sequence;
    this.#setTimeKey();
  }

  /** Whether there was one that lies, at least in part, beyond the position. */
  async #nextPage(): Promise<boolean> {
    const { position } = this;
    const range = this.#forward ? { ...this.part, from: position } : { ...this.part, before: position };
    this.#page = [...(await this.#source.read(range, this.#direction))];
    return this.#page.some((chunk) =>
      this.#forward ? chunk.firstSequence + chunk.span > position : chunk.firstSequence < position,
    );
  }

  #open(chunk: ReadChunk): void {
    const { from, before } = this.part;
    const end = Math.min(before, chunk.firstSequence + chunk.span);
    // Never back: of a stream that is being deleted only chunks of the wrong side may be left.
    this.#chunkEnd = this.#forward
      ? Math.max(end, this.position)
      : Math.min(this.position, Math.max(from, chunk.firstSequence));
    const [low, high] = this.#forward ? [this.position, before] : [from, this.position];
    const entries = this.#unpack(chunk).filter(({ sequence }) => sequence >= low && sequence < high);
    this.#entries = this.#forward ? entries : entries.reverse();
    this.#index = 0;
    if (entries.length === 0) this.position = this.#chunkEnd;
  }

  #unpack(chunk: ReadChunk): Entry[] {
    const { afterMicros, mayMatch } = this.#filter;
    if (chunk.lastAtMicros < afterMicros) return [];
    if (mayMatch === undefined) return unpackChunk(chunk);
    const bytes = chunkBytes(chunk);
    if (bytes === undefined || mayMatch(bytes)) return unpackChunk(chunk, bytes);
    this.#skippedBytes += bytes.length;
    return [];
  }

  #setTimeKey(): void {
    const entry = this.current;
    if (entry !== undefined) this.timeKey = microsOf(entry.time);
  }
}
