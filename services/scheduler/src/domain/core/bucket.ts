import type { Group } from "./group.js";
import { type HeapEntry, IndexedHeap } from "./indexed-heap.js";
import type { Lane } from "./lane.js";
import type { LimitKey } from "./limit-key.js";

/**
 * The groups of a lane that wait behind the same key. While the key has nothing free the whole bucket is out of the lane's order, so
 * a hundred thousand jobs behind a full key are neither looked at nor moved, however often others start.
 */
export class Bucket implements HeapEntry {
  heapIndex = -1;
  readonly groups: IndexedHeap<Group>;

  constructor(
    readonly lane: Lane,
    /** Undefined: groups without a key. */
    readonly key: LimitKey | undefined,
  ) {
    this.groups = new IndexedHeap<Group>((a, b) => a.isBefore(b));
    key?.buckets.add(this);
  }
}
