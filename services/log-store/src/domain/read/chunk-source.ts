import { SwitchyardError } from "@switchyard/errors";
import type { Pool } from "@switchyard/postgres";
import type { PackReader } from "../../archive/pack-reader.js";
import { Encoding } from "../../chunk/encoding.js";
import { cutBySpans, type Span, type SpanPart } from "../../model/span.js";
import { findTime, type PartTimes, readPartTimes, type StreamPart } from "../../store/first-times.js";
import { loadSpans } from "../../store/load-spans.js";
import { type ReadChunk, readChunksBackward, readChunksForward } from "../../store/read-chunks.js";
import { loadSegmentStates, type SegmentState } from "../../store/segments.js";
import type { Direction } from "./direction.js";

/** A range of a stream. */
export interface StreamRange {
  readonly streamId: number;
  /** First sequence number wanted; the chunk that holds it is included. */
  readonly from: number;
  /** Sequence number behind the last one wanted. */
  readonly before: number;
  /** In which segments the stream lies, where that is known. */
  readonly spans?: readonly Span[];
}

/** Where chunks are read, wherever they lie: in the database or in the archive. */
export interface ChunkSource {
  /**
   * Reads chunks of a range from its beginning upwards, or from its end downwards, the last one first; some of them, bounded by number and bytes. None: there is nothing in
   * the range. For what was dropped with its segment stands a chunk that says so.
   */
  read(range: StreamRange, direction: Direction): Promise<readonly ReadChunk[]>;
  /** The times at both ends of ranges, in their order; undefined for an empty one. */
  times(ranges: readonly StreamRange[]): Promise<readonly (PartTimes | undefined)[]>;
  /** For each range, where its first chunk with an entry at or after a time begins; undefined when there is none. */
  findTime(ranges: readonly StreamRange[], atMicros: number): Promise<readonly (number | undefined)[]>;
}

/**
 * Makes the source of all reading.
 *
 * @param archive undefined: there is none, and what lies in one cannot be read
 */
export function createChunkSource(pool: Pool, archive: PackReader | undefined): ChunkSource {
  // A segment goes to the archive and goes, and never comes back: only those two states are remembered.
  const left = new Map<number, Exclude<SegmentState, "stored">>();

  /** Where segments are that do not have in the database what they should have. */
  async function lookUp(segments: readonly number[]): Promise<(segment: number) => SegmentState> {
    const unknown = [...new Set(segments)].filter((segment) => !left.has(segment));
    const states = unknown.length === 0 ? undefined : await loadSegmentStates(pool, unknown);
    for (const [segment, state] of states ?? []) if (state !== "stored") left.set(segment, state);
    return (segment) => left.get(segment) ?? states?.get(segment) ?? "stored";
  }

  async function spansOf(ranges: readonly StreamRange[]): Promise<(range: StreamRange) => readonly Span[]> {
    const unknown = ranges.flatMap(({ streamId, spans }) => (spans === undefined ? [streamId] : []));
    const loaded = unknown.length === 0 ? undefined : await loadSpans(pool, unknown);
    // A stream that is gone has no spans: there is nothing in it.
    return ({ streamId, spans }) => spans ?? loaded?.get(streamId) ?? [];
  }

  async function readPart(part: StreamPart, direction: Direction): Promise<readonly ReadChunk[]> {
    let state: SegmentState = left.get(part.segment) ?? "stored";
    if (state === "stored") {
      const readChunks = direction === "forward" ? readChunksForward : readChunksBackward;
      const chunks = await readChunks(pool, part);
      if (chunks.length > 0) return chunks;
      state = (await lookUp([part.segment]))(part.segment);
    }
    if (state === "archived") {
      const chunks = await archiveOf(archive).read(part, direction);
      if (chunks !== undefined) return chunks;
      state = await isGone(part.segment);
    }
    return state === "gone" ? [expired(part)] : [];
  }

  /** An archived segment that has no packs any more is gone, unless it is just going. */
  async function isGone(segment: number): Promise<SegmentState> {
    left.delete(segment);
    return (await lookUp([segment]))(segment);
  }

  /** Answers about parts of which the database has nothing: what the archive knows, or what holds for those that are gone. */
  async function lookElsewhere<T>(
    parts: readonly StreamPart[],
    ask: (chunks: readonly ReadFacts[]) => T | undefined,
    gone: T | undefined,
  ): Promise<ReadonlyMap<StreamPart, T | undefined>> {
    const stateOf = parts.length === 0 ? () => "stored" : await lookUp(parts.map(({ segment }) => segment));
    const answers = new Map<StreamPart, T | undefined>();
    for (const part of parts) {
      const state = stateOf(part.segment);
      const chunks = state === "archived" ? await archiveOf(archive).look(part) : undefined;
      if (chunks !== undefined) answers.set(part, ask(chunks));
      else if (state !== "stored") answers.set(part, gone);
    }
    return answers;
  }

  /** Answers about parts: from the database first, the others in one go. */
  async function answerAll<T>(
    parts: readonly StreamPart[],
    stored: readonly (T | undefined)[],
    ask: (chunks: readonly ReadFacts[]) => T | undefined,
    gone: T | undefined,
  ): Promise<(part: StreamPart) => T | undefined> {
    const found = new Map(parts.map((part, i) => [part, stored[i]]));
    const others = await lookElsewhere(
      parts.filter((part) => found.get(part) === undefined),
      ask,
      gone,
    );
    return (part) => found.get(part) ?? others.get(part);
  }

  return {
    async read(range, direction) {
      const { streamId, from, before } = range;
      const spans = (await spansOf([range]))(range);
      const parts = cutBySpans(spans, from, before);
      for (const part of direction === "forward" ? parts : parts.toReversed()) {
        const chunks = await readPart({ ...part, streamId }, direction);
        if (chunks.length > 0) return chunks;
      }
      return [];
    },
    async times(ranges) {
      const spans = await spansOf(ranges);
      const ends = ranges.map((range) => {
        const parts = cutBySpans(spans(range), range.from, range.before).map(partOf(range));
        return [parts[0], parts.at(-1)] as const;
      });
      const asked = [...new Set(ends.flat())].filter((part) => part !== undefined);
      const timesOf = await answerAll(asked, await readPartTimes(pool, asked), outerTimes, atTheBeginning);
      return ends.map(([first, last]) => {
        const begin = first && timesOf(first);
        const end = last && timesOf(last);
        const { firstAtMicros } = begin ?? end ?? {};
        const { lastAtMicros } = end ?? begin ?? {};
        if (firstAtMicros === undefined || lastAtMicros === undefined) return undefined;
        return { firstAtMicros, lastAtMicros };
      });
    },
    async findTime(ranges, atMicros) {
      const spans = await spansOf(ranges);
      const parts = ranges.map((range) => cutBySpans(spans(range), range.from, range.before).map(partOf(range)));
      const all = parts.flat();
      const firstSince = (chunks: readonly ReadFacts[]) =>
        chunks.find(({ lastAtMicros }) => lastAtMicros >= atMicros)?.firstSequence;
      const firstOf = await answerAll(all, await findTime(pool, all, atMicros), firstSince, undefined);
      return parts.map((row) => row.map(firstOf).find((first) => first !== undefined));
    },
  };
}

/** What is known of a chunk without reading it. */
type ReadFacts = Pick<ReadChunk, "firstSequence" | "firstAtMicros" | "lastAtMicros">;

/** When entries were written that are not kept is not kept either: they stand before all others. */
const atTheBeginning: PartTimes = { firstAtMicros: 0, lastAtMicros: 0 };

function outerTimes(chunks: readonly ReadFacts[]): PartTimes | undefined {
  const [first, last] = [chunks[0], chunks.at(-1)];
  return first && last && { firstAtMicros: first.firstAtMicros, lastAtMicros: last.lastAtMicros };
}

function partOf({ streamId }: StreamRange): (part: SpanPart) => StreamPart {
  return (part) => ({ ...part, streamId });
}

function expired({ from, before }: SpanPart): ReadChunk {
  const times = { firstAtMicros: 0, lastAtMicros: 0 };
  return { firstSequence: from, span: before - from, ...times, encoding: Encoding.expired, data: Buffer.alloc(0) };
}

function archiveOf(archive: PackReader | undefined): PackReader {
  if (archive !== undefined) return archive;
  throw new SwitchyardError("STORAGE_UNAVAILABLE", "these entries are in an archive, and none is configured");
}
