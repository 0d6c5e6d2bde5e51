import type { SwitchyardError } from "@switchyard/errors";
import { type LogRecord, weightOf } from "../../model/entry.js";
import type { ChunkSource } from "../read/chunk-source.js";
import { type EntryFilter, everything } from "../read/entry-filter.js";
import { readParts } from "../read/read-parts.js";
import type { Batch } from "./batch.js";
import type { Turnstile } from "./turnstile.js";
import type { LiveStream } from "./live-stream.js";
import { createPlace, type Place } from "./place.js";

/** What a follower wants. */
export interface FollowOptions {
  /** Only this stream; undefined: all of the attempt. */
  readonly stream: string | undefined;
  /** First sequence number of each stream; undefined: from now on, and streams yet to come from their beginning. */
  readonly from: number | undefined;
  /** Of what is there, only the last so many matching entries; 0: all from `from`. */
  readonly last: number;
  readonly filter: EntryFilter;
  /** Bytes of entries that may wait for a slow reader. */
  readonly maxBufferBytes: number;
  /** Bytes that one step may hold now. */
  readonly stepBytes: () => number;
}

/** What a follower is told. */
export interface FollowStep {
  readonly records: readonly LogRecord[];
  /** Whole batches instead of records, which many followers are told alike. */
  readonly batches?: readonly StreamBatch[];
  /** Entries that were left out before the records. */
  readonly missed: number;
  /** Streams that have ended, all of their entries told. */
  readonly sealed: readonly { readonly stream: string; readonly length: number }[];
}

/** A batch of one stream. */
export interface StreamBatch {
  readonly attempt: number;
  readonly stream: string;
  readonly batch: Batch;
}

const MAX_STEP_RECORDS = 1_000;
/** Of the last entries of what is there, which are read in one go. */
const LAST_BYTES = 2 * 1024 * 1024;

/**
 * One reader of a live tail.
 *
 * Each stream is at first *behind*: its entries are read from the database, at the reader's pace, up to where its buffered batches begin.
 * From then on it is *live*: batches come from the buffer. The buffer is bounded; when it is full its oldest batch is
 * dropped. While any stream is behind that loses nothing, since the stream of the dropped batch falls behind too and is read from the
 * database; once all are live, the reader is too slow: it is told how many entries it missed and goes on with the newest.
 */
export class Follower {
  readonly #source: ChunkSource;
  readonly #turnstile: Turnstile;
  readonly #attempt: number;
  readonly #options: FollowOptions;
  readonly #places: Place[] = [];
  #queue: { readonly place: Place; readonly batch: Batch }[] = [];
  #queuedBytes = 0;
  #beginning = true;
  #attemptEnded = false;
  #missingStreamTold = false;
  #failure: SwitchyardError | undefined;
  #wake: (() => void) | undefined;

  constructor(source: ChunkSource, turnstile: Turnstile, attempt: number, options: FollowOptions) {
    this.#source = source;
    this.#turnstile = turnstile;
    this.#attempt = attempt;
    this.#options = options;
  }

  /** Adds a stream, if it is wanted. `isNew`: it was not there when following began. */
  attach(live: LiveStream, isNew: boolean): void {
    const { stream, from, last } = this.#options;
    if (stream !== undefined && stream !== live.stream) return;
    const start = isNew ? (from ?? 0) : last > 0 ? Math.max(live.cursor, from ?? 0) : (from ?? live.cursor);
    this.#places.push(createPlace(live, this.#attempt, start));
    this.changed();
  }

  /** Takes a batch of a stream. */
  offer(live: LiveStream, batch: Batch): void {
    const place = this.#places.find((candidate) => candidate.live === live);
    if (place === undefined) return;
    this.#queue.push({ place, batch });
    this.#queuedBytes += batch.bytes;
    while (this.#queuedBytes > this.#options.maxBufferBytes && this.#queue.length > 1) this.#dropOldest();
    this.changed();
  }

  /** Says that nothing can come any more; streams that are there have their final length. */
  endAttempt(): void {
    this.#attemptEnded = true;
    this.changed();
  }

  /** Ends following with an error. */
  fail(error: SwitchyardError): void {
    this.#failure ??= error;
    this.changed();
  }

  /** Something that the reader waits for may have happened. */
  changed(): void {
    this.#wake?.();
  }

  /**
   * Waits for the next step; undefined when everything has ended.
   * @throws the signal's reason when it is aborted; a SwitchyardError when following has failed
   */
  async next(signal: AbortSignal): Promise<FollowStep | undefined> {
    for (;;) {
      signal.throwIfAborted();
      if (this.#failure !== undefined) throw this.#failure;
      if (this.#beginning) {
        const step = await this.#readLast();
        if (step !== undefined) return step;
        continue;
      }
      if (this.#queue.length > 0) await this.#turnstile.turn();
      const step = (await this.#replay()) ?? this.#takeWhole() ?? this.#takeLive();
      if (step !== undefined) return step;
      if (this.#places.some(({ isBehind }) => isBehind)) continue;
      if (this.#isOver()) return undefined;
      await this.#change(signal);
    }
  }

  /** The last entries of what was there when following began. */
  async #readLast(): Promise<FollowStep | undefined> {
    const { last, from = 0, filter } = this.#options;
    this.#beginning = false;
    if (last === 0) return undefined;
    const parts = this.#places.map(({ part, first }) => part(Math.min(from, first), first));
    const limits = { maxRecords: last, maxBytes: LAST_BYTES };
    const { records } = await readParts(this.#source, parts, { direction: "backward", filter, ...limits });
    return records.length === 0 ? undefined : { records: records.toReversed(), missed: 0, sealed: [] };
  }

  /** Reads on in the streams that are behind; undefined when there was nothing to tell. */
  async #replay(): Promise<FollowStep | undefined> {
    const behind: { place: Place; before: number }[] = [];
    for (const place of this.#places) {
      if (!place.isBehind) continue;
      const before = this.#queue.find((queued) => queued.place === place)?.batch.firstSequence ?? place.live.cursor;
      if (place.position >= before) place.isBehind = false;
      else behind.push({ place, before });
    }
    if (behind.length === 0) return undefined;
    const parts = behind.map(({ place, before }) => place.part(place.position, before));
    const limits = { maxRecords: MAX_STEP_RECORDS, maxBytes: this.#options.stepBytes() };
    const { filter } = this.#options;
    const { records, positions } = await readParts(this.#source, parts, { direction: "forward", filter, ...limits });
    for (const { place } of behind) place.position = positions.get(place.live.id) ?? place.position;
    return records.length === 0 ? undefined : { records, missed: 0, sealed: [] };
  }

  /** Takes batches from the buffer as they are; undefined where there is none that is wanted whole. */
  #takeWhole(): FollowStep | undefined {
    if (this.#options.filter !== everything || this.#places.some(({ isBehind }) => isBehind)) return undefined;
    const batches: StreamBatch[] = [];
    const maxBytes = this.#options.stepBytes();
    let missed = 0;
    let bytes = 0;
    let records = 0;
    for (;;) {
      const head = this.#queue[0];
      if (head === undefined) break;
      const { place, batch } = head;
      const hole = batch.firstSequence - place.position;
      // What was missed is told before the entries that follow it, so those that came before go first. Of a batch that begins earlier only the rest is wanted.
      if (hole < 0 || (hole > 0 && batches.length > 0)) break;
      missed += hole;
      const count = batch.entries().length;
      if (batches.length > 0 && (records + count > MAX_STEP_RECORDS || bytes + batch.bytes > maxBytes)) break;
      batches.push({ attempt: this.#attempt, stream: place.live.stream, batch });
      place.position = batch.end;
      this.#queue.shift();
      this.#queuedBytes -= batch.bytes;
      bytes += batch.bytes;
      records += count;
    }
    return batches.length === 0 ? undefined : { records: [], batches, missed, sealed: this.#takeEnds() };
  }

  /** Takes what waits in the buffer, and notes ends; undefined when there is nothing to tell. */
  #takeLive(): FollowStep | undefined {
    if (this.#places.some(({ isBehind }) => isBehind)) return undefined;
    const maxBytes = this.#options.stepBytes();
    const records: LogRecord[] = [];
    let missed = 0;
    let bytes = 0;
    while (records.length < MAX_STEP_RECORDS && bytes < maxBytes) {
      const head = this.#queue[0];
      if (head === undefined) break;
      const { place, batch } = head;
      const hole = batch.firstSequence - place.position;
      // What was missed is told before the entries that follow it, so those that came before go first.
      if (hole > 0 && records.length > 0) break;
      if (hole > 0) {
        missed += hole;
        place.position = batch.firstSequence;
      }
      for (const entry of batch.entries()) {
        if (entry.sequence < place.position) continue;
        if (records.length >= MAX_STEP_RECORDS || bytes >= maxBytes) break;
        place.position = entry.sequence + 1;
        if (!this.#options.filter.matches(entry)) continue;
        bytes += weightOf(entry);
        records.push({ attempt: this.#attempt, stream: place.live.stream, entry });
      }
      if (place.position <= (batch.entries().at(-1)?.sequence ?? -1)) break;
      place.position = Math.max(place.position, batch.end);
      this.#queue.shift();
      this.#queuedBytes -= batch.bytes;
    }
    const sealed = this.#takeEnds();
    return records.length + missed + sealed.length === 0 ? undefined : { records, missed, sealed };
  }

  #takeEnds(): { stream: string; length: number }[] {
    const ends: { stream: string; length: number }[] = [];
    for (const place of this.#places) {
      const length = place.live.endedAt;
      if (place.endTold || length === undefined || place.position < length) continue;
      place.endTold = true;
      ends.push({ stream: place.live.stream, length });
    }
    const { stream } = this.#options;
    if (stream !== undefined && this.#attemptEnded && this.#places.length === 0 && !this.#missingStreamTold) {
      this.#missingStreamTold = true;
      ends.push({ stream, length: 0 });
    }
    return ends;
  }

  #isOver(): boolean {
    const allTold = this.#places.every(({ endTold }) => endTold);
    if (this.#attemptEnded) return allTold;
    return this.#options.stream !== undefined && this.#places.length > 0 && allTold;
  }

  #dropOldest(): void {
    const dropped = this.#queue.shift();
    if (dropped === undefined) return;
    this.#queuedBytes -= dropped.batch.bytes;
    if (this.#places.some(({ isBehind }) => isBehind)) dropped.place.isBehind = true;
  }

  #change(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        this.#wake = undefined;
        reject(signal.reason as Error);
      };
      signal.addEventListener("abort", onAbort, { once: true });
      this.#wake = () => {
        this.#wake = undefined;
        signal.removeEventListener("abort", onAbort);
        resolve();
      };
    });
  }
}
