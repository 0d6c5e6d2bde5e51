/** Slots of a chunk at most. */
export const chunkLimit = 512;

/** Rooms that are made at once, in one buffer: the collector of garbage looks at each buffer by itself. */
const roomsAtOnce = 16;
/** Rooms that are kept for the next chunk; more of them are let go, and a buffer with the last of its rooms. */
const maxSpare = 64;

/** Where the chunks of the lists of one job table have their slots. */
export class OrderRooms {
  readonly #spare: Int32Array[] = [];

  /** A room for a chunk's slots, with anything in it. */
  take(): Int32Array {
    const spare = this.#spare.pop();
    if (spare) return spare;
    const all = new Int32Array(roomsAtOnce * chunkLimit);
    for (let i = 1; i < roomsAtOnce; i++) this.#spare.push(all.subarray(i * chunkLimit, (i + 1) * chunkLimit));
    return all.subarray(0, chunkLimit);
  }

  /** Takes a room back. */
  give(room: Int32Array): void {
    if (this.#spare.length < maxSpare) this.#spare.push(room);
  }
}

/**
 * Up to 512 slots in order, somewhere in a room of their own, with the sum of their weights. A typed array and not a plain one, which takes twice as much and is
 * looked through in each collection: with five million waiting jobs those were six sevenths of all that a full collection had to look at.
 */
export class OrderChunk {
  weight = 0;
  #from = 0;
  #size = 0;

  constructor(readonly room: Int32Array) {}

  /** Number of slots. */
  get size(): number {
    return this.#size;
  }

  /** Where in the room the first one stands. */
  get from(): number {
    return this.#from;
  }

  /** Where in the room the last one ends. */
  get to(): number {
    return this.#from + this.#size;
  }

  /** The slot at an index, which must be one of the chunk's. */
  at(index: number): number {
    return this.room[this.#from + index] as number;
  }

  /** The last slot; the chunk must not be empty. */
  get last(): number {
    return this.room[this.#from + this.#size - 1] as number;
  }

  /** Puts a slot in before the one at this index. There must be room for it. The shorter side makes way, where it can. */
  insert(index: number, slot: number): void {
    const { room } = this;
    const isNearStart = index < this.#size >>> 1;
    if (this.#from > 0 && (isNearStart || this.to === chunkLimit)) {
      room.copyWithin(this.#from - 1, this.#from, this.#from + index);
      this.#from--;
    } else {
      room.copyWithin(this.#from + index + 1, this.#from + index, this.to);
    }
    room[this.#from + index] = slot;
    this.#size++;
  }

  /** Takes the slot at an index out. */
  remove(index: number): void {
    const { room } = this;
    if (index < this.#size >>> 1) {
      room.copyWithin(this.#from + 1, this.#from, this.#from + index);
      this.#from++;
    } else {
      room.copyWithin(this.#from + index, this.#from + index + 1, this.to);
    }
    this.#size--;
  }

  /** Makes these its slots. */
  fill(slots: Int32Array | readonly number[]): void {
    this.room.set(slots);
    this.#from = 0;
    this.#size = slots.length;
  }

  /** Leaves the first of its slots here, so many, and moves the others to an empty chunk. Weights are the caller's. */
  moveRest(keep: number, into: OrderChunk): void {
    into.fill(this.room.subarray(this.#from + keep, this.to));
    this.#size = keep;
  }
}
