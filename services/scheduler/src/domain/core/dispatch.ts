import { claimBest, claimNext, claimWrite } from "./claim.js";
import { IndexedHeap, type HeapEntry } from "./indexed-heap.js";
import type { Lane } from "./lane.js";
import type { LiveAttempt } from "./model.js";
import { compareOrder, type Ordered } from "./order.js";
import type { Profile } from "./profile.js";
import { headOf } from "./seats.js";
import type { Waiter } from "./waiter.js";
import type { ClaimWrite } from "./writes.js";

/** Lets somebody wait for work, unless there is enough now. */
export function serveOrWait(now: number, waiter: Waiter): ClaimWrite | undefined {
  const write = claimBest(now, waiter);
  if (waiter.wants() > 0 && !waiter.profile.waiting.has(waiter)) {
    waiter.waitingSince = now;
    waiter.profile.waiting.add(waiter);
  }
  return write;
}

/** Takes somebody off the lists; what it was given stays its own. */
export function stopWaiting(waiter: Waiter): void {
  waiter.profile.waiting.delete(waiter);
}

/** The runner that has waited longest among those who can do a lane's jobs, or undefined. */
export function waiterFor(lane: Lane): Waiter | undefined {
  let longest: Waiter | undefined;
  for (const { line } of lane.entries) {
    const waiter = firstWaiting(line.profile);
    if (waiter && (!longest || waiter.waitingSince < longest.waitingSince)) longest = waiter;
  }
  return longest;
}

/** A lane in which something may start, by its first job. */
interface Offer extends HeapEntry {
  readonly lane: Lane;
  place: Ordered;
}

/**
 * Hands the jobs of lanes in which something may start to whoever waits for them: of all lanes the first job first, since what it takes may be all that a key
 * has left.
 */
export function dispatch(now: number, lanes: Iterable<Lane>): ClaimWrite[] {
  const attempts: LiveAttempt[] = [];
  const offers = new IndexedHeap<Offer>((a, b) => compareOrder(a.place, b.place) < 0);
  for (const lane of lanes)
    if (lane.head && waiterFor(lane)) offer(offers, { lane, place: lane.head.first, heapIndex: -1 });
  for (let top = offers.top; top; top = offers.top) {
    const { lane, place } = top;
    const waiter = waiterFor(lane);
    if (!waiter) {
      offers.delete(top);
      continue;
    }
    // What was given to others may have changed what this lane begins with.
    if (headOf(waiter.runner.space, now, lane)?.first.serial !== place.serial) {
      offer(offers, top);
      continue;
    }
    // The waiter takes the best that there is for it, which need not be of this lane where turns are shared.
    const attempt = claimNext(now, waiter);
    if (waiter.wants() <= 0) stopWaiting(waiter);
    if (attempt) attempts.push(attempt);
    else offers.delete(top);
  }
  return attempts.length > 0 ? [claimWrite(now, attempts)] : [];
}

function offer(offers: IndexedHeap<Offer>, entry: Offer): void {
  const { head, site } = entry.lane;
  if (head && !site.queue.settings.paused) {
    entry.place = head.first;
    offers.set(entry);
  } else {
    offers.delete(entry);
  }
}

function firstWaiting({ waiting }: Profile): Waiter | undefined {
  for (const waiter of waiting) {
    if (waiter.wants() > 0) return waiter;
    waiting.delete(waiter);
  }
  return undefined;
}
