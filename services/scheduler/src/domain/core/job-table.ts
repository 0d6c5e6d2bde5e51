import type { Ordered } from "./order.js";
import { OrderRooms } from "./order-chunk.js";

/** Serials per page of the index. A page is 2 KiB, so a lone old job costs that much and a dense run 4 bytes a job. */
const pageSize = 512;

interface Page {
  readonly slots: Int32Array;
  count: number;
}

/** What a job's row says beside its place. */
export interface JobColumns extends Ordered {
  /** Microseconds since 1970. */
  readonly createdMicros: number;
  /** Where its rows lie. */
  readonly bucket: number;
  /** Number of its shape. */
  readonly shapeId: number;
  /** Number of its group; -1 while it is in none. */
  readonly groupId: number;
}

/** What sets jobs apart from the order of their submission. */
interface Places {
  readonly rankClass: Int16Array;
  readonly rank: Float64Array;
  readonly weight: Float64Array;
}

/**
 * The open jobs of a namespace as one typed array per column: about 30 bytes a job, and 50 in a namespace that ranks jobs, where an object costs 230. A
 * million waiting jobs then cost neither memory nor pauses of the garbage collector, which never looks inside. A job is a slot, kept from its admission to its end.
 *
 * Found by serial through pages of the dense serials: no hash, and so no pause when a large one grows (a `Map` of a million entries stops
 * the process for 50 ms).
 */
export class JobTable {
  serial = new Float64Array(64);
  createdMicros = new Float64Array(64);
  bucket = new Int32Array(64);
  shapeId = new Int32Array(64);
  groupId = new Int32Array(64);
  /** Where the long lists of these jobs keep their order. */
  readonly orderRooms = new OrderRooms();
  /** All 0, and not there, until the first job comes that has another place than its submission's. */
  #places: Places | undefined;
  readonly #free: number[] = [];
  #used = 0;
  readonly #pages = new Map<number, Page>();
  /** A page that became empty, so that a job which comes and goes alone makes none anew. */
  #spare: Page | undefined;

  /** Number of jobs. */
  get size(): number {
    return this.#used - this.#free.length;
  }

  /** Adds a job; returns its slot. */
  add(job: JobColumns): number {
    const slot = this.#free.pop() ?? this.#next();
    this.serial[slot] = job.serial;
    this.createdMicros[slot] = job.createdMicros;
    this.bucket[slot] = job.bucket;
    this.shapeId[slot] = job.shapeId;
    this.groupId[slot] = job.groupId;
    this.place(slot, job);
    const number = Math.floor(job.serial / pageSize);
    let page = this.#pages.get(number);
    if (!page) {
      page = this.#spare ?? { slots: new Int32Array(pageSize).fill(-1), count: 0 };
      this.#spare = undefined;
      this.#pages.set(number, page);
    }
    page.slots[job.serial % pageSize] = slot;
    page.count++;
    return slot;
  }

  /** Gives a job another place. It must be in no list meanwhile. */
  place(slot: number, { rankClass, rank, weight }: Pick<Ordered, "rankClass" | "rank" | "weight">): void {
    if (!this.#places) {
      if (rankClass === 0 && rank === 0 && weight === 0) return;
      this.#places = placesOf(this.serial.length);
    }
    this.#places.rankClass[slot] = rankClass;
    this.#places.rank[slot] = rank;
    this.#places.weight[slot] = weight;
  }

  /** The rank class of the job in a slot. */
  rankClassAt(slot: number): number {
    return this.#places ? (this.#places.rankClass[slot] as number) : 0;
  }

  /** The rank of the job in a slot. */
  rankAt(slot: number): number {
    return this.#places ? (this.#places.rank[slot] as number) : 0;
  }

  /** The weight of the job in a slot. */
  weightAt(slot: number): number {
    return this.#places ? (this.#places.weight[slot] as number) : 0;
  }

  /** The place of the job in a slot. */
  placeAt(slot: number): Ordered {
    return {
      rankClass: this.rankClassAt(slot),
      rank: this.rankAt(slot),
      serial: this.serial[slot] as number,
      weight: this.weightAt(slot),
    };
  }

  /** Takes a job out; its slot is used again. */
  remove(slot: number): void {
    const serial = this.serial[slot] as number;
    const number = Math.floor(serial / pageSize);
    const page = this.#pages.get(number);
    if (page) {
      page.slots[serial % pageSize] = -1;
      if (--page.count === 0) {
        this.#pages.delete(number);
        this.#spare = page;
      }
    }
    this.#free.push(slot);
  }

  /** The slot of a job, or -1. */
  slotOf(serial: number): number {
    return this.#pages.get(Math.floor(serial / pageSize))?.slots[serial % pageSize] ?? -1;
  }

  /** Compares the places of two slots; negative when `a` comes first. */
  compare(a: number, b: number): number {
    const submitted = (this.serial[a] as number) - (this.serial[b] as number);
    if (!this.#places) return submitted;
    const { rankClass, rank } = this.#places;
    return (
      (rankClass[a] as number) - (rankClass[b] as number) || (rank[a] as number) - (rank[b] as number) || submitted
    );
  }

  /** The slots in use, by rising page of serials. */
  *slots(): IterableIterator<number> {
    for (const number of [...this.#pages.keys()].sort((a, b) => a - b)) {
      for (const slot of this.#pages.get(number)?.slots ?? []) if (slot >= 0) yield slot;
    }
  }

  /** The slots of the jobs behind one serial and up to another one. Looks at their pages only. */
  *slotsBetween(after: number, upTo: number): IterableIterator<number> {
    const first = Math.floor(after / pageSize);
    const last = Math.floor(upTo / pageSize);
    for (const [number, { slots }] of this.#pages) {
      if (number < first || number > last) continue;
      for (const slot of slots) {
        if (slot < 0) continue;
        const serial = this.serial[slot] as number;
        if (serial > after && serial <= upTo) yield slot;
      }
    }
  }

  #next(): number {
    if (this.#used === this.serial.length) this.#grow();
    return this.#used++;
  }

  #grow(): void {
    const size = this.serial.length * 2;
    this.serial = grown(new Float64Array(size), this.serial);
    this.createdMicros = grown(new Float64Array(size), this.createdMicros);
    this.bucket = grown(new Int32Array(size), this.bucket);
    this.shapeId = grown(new Int32Array(size), this.shapeId);
    this.groupId = grown(new Int32Array(size), this.groupId);
    if (!this.#places) return;
    const { rankClass, rank, weight } = placesOf(size);
    this.#places = {
      rankClass: grown(rankClass, this.#places.rankClass),
      rank: grown(rank, this.#places.rank),
      weight: grown(weight, this.#places.weight),
    };
  }
}

function placesOf(size: number): Places {
  return { rankClass: new Int16Array(size), rank: new Float64Array(size), weight: new Float64Array(size) };
}

function grown<T extends Float64Array | Int16Array | Int32Array>(into: T, from: T): T {
  into.set(from);
  return into;
}
