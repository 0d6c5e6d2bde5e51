import { type Coalescer, createCoalescer } from "@switchyard/collections";
import type { Namespace } from "../core/namespace.js";
import { type JobRecord, readRecords, type ReadTerm } from "./job-record.js";

/** Records in one read; of those with payloads only a few, since each may have a megabyte. */
const most = { bare: 1_000, payloads: 50 };

/** Where a job is looked for. */
interface ReadPlace {
  readonly term: ReadTerm;
  readonly space: Namespace;
}

type Reader = Coalescer<number, JobRecord | undefined>;

/**
 * The reads of single jobs that one call makes for its items, shared among these; make one per call. Each is as {@link readRecords}: rows as they were
 * after the question.
 */
export class RecordReads {
  readonly #bare = new Map<Namespace, Reader>();
  readonly #payloads = new Map<Namespace, Reader>();

  /**
   * Reads one job; undefined when it is not there.
   *
   * @throws SwitchyardError `SHARD_LOST` when the term ended meanwhile
   */
  read({ term, space }: ReadPlace, serial: number, payloads = false): Promise<JobRecord | undefined> {
    // A namespace's object belongs to one term, so it stands for both.
    const bySpace = payloads ? this.#payloads : this.#bare;
    let reader = bySpace.get(space);
    if (!reader) {
      reader = createCoalescer({
        clock: term.clock,
        maxItems: payloads ? most.payloads : most.bare,
        flush: async (serials) => {
          const records = await readRecords(term, space, serials, payloads);
          const bySerial = new Map(records.map((record) => [record.stored.serial, record]));
          return serials.map((wanted) => bySerial.get(wanted));
        },
      });
      bySpace.set(space, reader);
    }
    return reader.add(serial);
  }
}
