import type { Group } from "./group.js";
import { type HeapEntry, IndexedHeap } from "./indexed-heap.js";
import type { Namespace } from "./namespace.js";
import type { Profile } from "./profile.js";
import { fullKey } from "./seats.js";

interface Cursor extends HeapEntry {
  slot: number;
  readonly rest: Iterator<number>;
}

/** The slots of the jobs that a profile could claim now, in the order of their places. Reserves nothing. */
export function* claimable(now: number, space: Namespace, profile: Profile): IterableIterator<number> {
  const cursors = new IndexedHeap<Cursor>((a, b) => space.table.compare(a.slot, b.slot) < 0);
  for (const group of openGroups(now, profile)) {
    const rest = group.jobs[Symbol.iterator]();
    const first = rest.next();
    if (!first.done) cursors.set({ slot: first.value, rest, heapIndex: -1 });
  }
  for (let cursor = cursors.top; cursor; cursor = cursors.top) {
    yield cursor.slot;
    const next = cursor.rest.next();
    if (next.done) {
      cursors.delete(cursor);
    } else {
      cursor.slot = next.value;
      cursors.set(cursor);
    }
  }
}

function* openGroups(now: number, profile: Profile): IterableIterator<Group> {
  for (const { queue, lanes } of profile.lines.values()) {
    if (queue.settings.paused) continue;
    for (const { lane } of lanes) for (const group of lane.groups()) if (!fullKey(group, now)) yield group;
  }
}
