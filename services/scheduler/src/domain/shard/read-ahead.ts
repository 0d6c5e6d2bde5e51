import type { Lane } from "../core/lane.js";
import type { Namespace } from "../core/namespace.js";

/** Jobs of a lane that are looked at, at least and at most; between the two, as many as four claims of the size of this one take. */
const fewest = 128;
const most = 1_024;
const claimsAhead = 4;

/** Lanes that are read ahead for at the same time. */
const lanesAhead = 128;

/** A job whose body is to be read. */
export interface JobToRead {
  readonly serial: number;
  readonly bucket: number;
}

/** What is there of a job's body: its bytes; 0 while it is being read; undefined when somebody has to read it. */
export type BytesOf = (space: Namespace, serial: number) => number | undefined;

/**
 * Says which bodies to read before their jobs are claimed. A claim tells which lane runners take from, and the lane which jobs are next: once fewer than half of
 * them are in memory, the others are due, so that a backlog costs a statement for many claims instead of one for each.
 *
 * Nothing is remembered about jobs, only what is in memory counts; so jobs may go, come first and change as they like. A lane is read ahead for from its second claim
 * on, and as long as it is one of the last 128 that were claimed from: were there more of them in turns, what is read for one would be gone before it comes to its turn.
 */
export class ReadAhead {
  /** The lanes that were claimed from last, the last one last. */
  readonly #lanes = new Set<Lane>();
  readonly #laneBytes: number;

  /** @param maxBytes of bodies in memory, which the lanes share */
  constructor(
    maxBytes: number,
    private readonly bytesOf: BytesOf,
  ) {
    this.#laneBytes = Math.floor(maxBytes / lanesAhead);
  }

  /** About how many bytes to read at a time, so that large bodies don't drive out each other. */
  get bytesAtOnce(): number {
    return this.#laneBytes;
  }

  /** So many jobs of a lane were claimed: which of the next are to be read now; mostly none. */
  due(space: Namespace, lane: Lane, claimed: number): JobToRead[] {
    if (lane.size === 0 || !this.#isInUse(lane)) return [];
    const window = Math.min(most, Math.max(fewest, claimsAhead * claimed));
    const { table } = space;
    const due: JobToRead[] = [];
    let seen = 0;
    let bytes = 0;
    for (const slot of lane.upcoming()) {
      const isEnough = seen >= window / 2 || bytes >= this.#laneBytes / 2;
      if (isEnough && due.length === 0) return due;
      if (seen >= window || bytes >= this.#laneBytes) return due;
      const serial = table.serial[slot] as number;
      const there = this.bytesOf(space, serial);
      if (there === undefined) due.push({ serial, bucket: table.bucket[slot] as number });
      else bytes += there;
      seen++;
    }
    return due;
  }

  #isInUse(lane: Lane): boolean {
    const wasInUse = this.#lanes.delete(lane);
    this.#lanes.add(lane);
    if (this.#lanes.size > lanesAhead) {
      const [longestAgo] = this.#lanes;
      if (longestAgo) this.#lanes.delete(longestAgo);
    }
    return wasInUse;
  }
}
