import { familyNumberOf } from "./retention-bucket.js";

/** The first job of a bucket in a namespace. */
export interface SerialMark {
  readonly bucket: number;
  readonly firstSerial: number;
}

/**
 * Leads from the serials of a namespace to the buckets that their jobs may lie in: one per retention family in use, without a look into the database.
 *
 * Serials rise with the time of creation, so within a family the jobs of a bucket are those from its mark up to the next mark.
 */
export class BucketIndex {
  /** Marks of each family, by rising serial. */
  readonly #families = new Map<number, SerialMark[]>();
  /** Marks whose first write is not committed yet; every write of the bucket carries them until one is. */
  readonly #undurable = new Set<SerialMark>();

  constructor(marks: readonly SerialMark[]) {
    for (const mark of [...marks].sort((a, b) => a.firstSerial - b.firstSerial)) this.#marksOf(mark.bucket).push(mark);
  }

  /** Notes a new job, which has the largest serial so far. Returns the mark that has to be stored with it, if one has. */
  note(bucket: number, serial: number): SerialMark | undefined {
    const marks = this.#marksOf(bucket);
    const last = marks[marks.length - 1];
    let mark = last?.bucket === bucket ? last : marks.find((earlier) => earlier.bucket === bucket);
    if (!mark) {
      mark = { bucket, firstSerial: serial };
      marks.push(mark);
      this.#undurable.add(mark);
    }
    return this.#undurable.size > 0 && this.#undurable.has(mark) ? mark : undefined;
  }

  /** A mark is stored. */
  stored(mark: SerialMark): void {
    this.#undurable.delete(mark);
  }

  /** The buckets that may hold some of these jobs. */
  holding(serials: Iterable<number>): number[] {
    const found = new Set<number>();
    for (const serial of serials) {
      for (const marks of this.#families.values()) {
        const mark = marks[countUpTo(marks, serial) - 1];
        if (mark) found.add(mark.bucket);
      }
    }
    return [...found];
  }

  /** All buckets with the serials that they may hold, `upTo` included, by rising first serial. */
  ranges(): { readonly bucket: number; readonly from: number; readonly upTo: number }[] {
    const ranges = [...this.#families.values()].flatMap((marks) =>
      marks.map(({ bucket, firstSerial }, i) => {
        const next = marks[i + 1];
        return { bucket, from: firstSerial, upTo: next ? next.firstSerial - 1 : Number.MAX_SAFE_INTEGER };
      }),
    );
    return ranges.sort((a, b) => a.from - b.from);
  }

  /** All buckets. */
  all(): number[] {
    return [...this.#families.values()].flatMap((marks) => marks.map(({ bucket }) => bucket));
  }

  /** Numbers of the families that have had a job. */
  families(): Iterable<number> {
    return this.#families.keys();
  }

  /** The partitions of a bucket are gone. */
  forget(bucket: number): void {
    const family = familyNumberOf(bucket);
    const left = (this.#families.get(family) ?? []).filter((mark) => mark.bucket !== bucket);
    if (left.length > 0) this.#families.set(family, left);
    else this.#families.delete(family);
  }

  #marksOf(bucket: number): SerialMark[] {
    const family = familyNumberOf(bucket);
    let marks = this.#families.get(family);
    if (!marks) {
      marks = [];
      this.#families.set(family, marks);
    }
    return marks;
  }
}

/** How many marks begin at or before a serial. */
function countUpTo(marks: readonly SerialMark[], serial: number): number {
  let low = 0;
  let high = marks.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((marks[middle] as SerialMark).firstSerial <= serial) low = middle + 1;
    else high = middle;
  }
  return low;
}
