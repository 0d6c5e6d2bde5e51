/** The core's limit of items in a call. */
export const maxBatchItems = 1000;

/** Bytes of items that a call carries at most, so that it stays below 4 MiB with what stands around them. */
export const maxBatchBytes = 3 * 1024 ** 2;

/**
 * Cuts a list into stretches that a call of the core can carry. An item that is too large for any call has one of its own.
 *
 * @param bytesOf how much an item takes of a call
 */
export function inBatches<Item>(items: readonly Item[], bytesOf: (item: Item) => number): Item[][] {
  const batches: Item[][] = [];
  let batch: Item[] = [];
  let bytes = 0;
  for (const item of items) {
    const size = bytesOf(item);
    if (batch.length === maxBatchItems || (batch.length > 0 && bytes + size > maxBatchBytes)) {
      batches.push(batch);
      batch = [];
      bytes = 0;
    }
    batch.push(item);
    bytes += size;
  }
  if (batch.length > 0) batches.push(batch);
  return batches;
}
