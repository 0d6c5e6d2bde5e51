import type { Part } from "../read/part-cursor.js";
import type { LiveStream } from "./live-stream.js";

/** Where a follower stands in one stream. */
export interface Place {
  readonly live: LiveStream;
  /** Where it began. */
  readonly first: number;
  /** Sequence number of the next entry that the reader has not been told. */
  position: number;
  /** Entries before the buffered ones are still to be read from the database. */
  isBehind: boolean;
  /** The reader knows that the stream has ended. */
  endTold: boolean;
  /** Names a range of the stream. */
  readonly part: (from: number, before: number) => Part;
}

/** Makes a place at the sequence number that the reader wants first. */
export function createPlace(live: LiveStream, attempt: number, first: number): Place {
  const part = (from: number, before: number) => ({ streamId: live.id, attempt, stream: live.stream, from, before });
  return { live, first, position: first, isBehind: true, endTold: false, part };
}
