import { sleep } from "@switchyard/clock";
import type { Logger } from "pino";
import { blockSize, noteBlocks, readBlocksUpTo } from "../../store/job-blocks.js";
import type { Namespace } from "../core/namespace.js";
import type { ShardTerm, TermDuty } from "../shard/shard-term.js";
import { startRounds } from "../shard/term-rounds.js";

/** How blocks are noted. */
export interface BlockOptions {
  readonly logger: Logger;
  /** From the end of a round to the next one, ms. */
  readonly intervalMs: number;
}

/** Numbers that are noted by one statement: some ten milliseconds, for which a drop of a partition may have to wait. */
const stretch = 32 * blockSize;

/**
 * Creates the duty: while a term lasts, it is noted which queues and kinds there are in each block of numbers whose jobs are all stored. Lists of these look into the blocks that are
 * named, and at every job behind the last one. A database that comes from a version before is noted from its first job on, as fast as half a connection can.
 */
export function createBlockDuty({ logger, intervalMs }: BlockOptions): TermDuty {
  const failure = "noting blocks of jobs failed; tried again at the next round";
  return {
    start(term) {
      startRounds(term, { logger, intervalMs, failure }, async () => {
        for (const space of [...term.state.spaces.values()]) while (await noteNext(term, space));
      });
      return Promise.resolve();
    },
  };
}

/** Notes the next blocks of a namespace; false when the others are not complete yet. */
async function noteNext(term: ShardTerm, space: Namespace): Promise<boolean> {
  term.assertValid();
  const { pool, clock } = term;
  const [first] = space.buckets.ranges();
  const complete = endOfBlocks(space.lastStored + 1);
  if (!first || complete <= Math.max(space.blocksUpTo, endOfBlocks(first.from))) return false;
  const begunAt = clock.monotonicMs();
  if (space.blocksUpTo < 0) space.blocksUpTo = await readBlocksUpTo(pool, space.id);
  // Blocks with jobs that are gone by now are passed over.
  const after = Math.max(space.blocksUpTo, endOfBlocks(first.from));
  const upTo = Math.min(complete, after + stretch);
  if (upTo <= after) return false;
  const buckets = space.buckets
    .ranges()
    .filter(({ from, upTo: last }) => from <= upTo && last > after)
    .map(({ bucket }) => bucket);
  await noteBlocks(pool, term.term, { ns: space.id, buckets, after, upTo });
  space.blocksUpTo = upTo;
  // Whoever is far behind leaves as much time to others.
  if (upTo < complete) await sleep(clock, clock.monotonicMs() - begunAt);
  return upTo < complete;
}

/** The last number before the block of this one. */
function endOfBlocks(serial: number): number {
  return serial - (serial % blockSize) - 1;
}
