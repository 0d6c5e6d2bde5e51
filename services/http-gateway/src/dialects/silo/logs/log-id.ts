/**
 * Numbers the entries of a job's log: rising over attempts, and known without a counter, since each has its place. An attempt
 * has 2^32 numbers: the first is its claim, then come its runner's entries, the last two are its end and the job's.
 */
const span = 2 ** 32;

/** The entry about the job's creation. */
export const createdId = 1;

/** The entry about an attempt's claim. */
export const claimedId = (attempt: number) => attempt * span;

/** An entry of the attempt's stream, by its number there. */
export const entryId = (attempt: number, sequence: bigint) => attempt * span + Number(sequence) + 1;

/** The entry about an attempt's end. */
export const attemptEndId = (attempt: number) => attempt * span + span - 2;

/** The entry about the job's end; `attempt` is the last one, 0 for none. */
export const jobEndId = (attempt: number) => attempt * span + span - 1;

/** The first number in the stream of an attempt that comes after an id; undefined if all of the attempt come before. */
export function sequenceAfter(id: number, attempt: number): bigint | undefined {
  const offset = id - attempt * span;
  if (offset >= span - 2) return undefined;
  return BigInt(Math.max(0, offset));
}
