import type { Group } from "./group.js";
import type { Lane } from "./lane.js";
import type { LimitKey } from "./limit-key.js";
import type { LiveAttempt } from "./model.js";
import type { Namespace } from "./namespace.js";

/** The first of a group's keys that has nothing free; undefined when all have. */
export function fullKey({ keys }: Pick<Group, "keys">, now: number): LimitKey | undefined {
  for (const key of keys) if (!key.isFree(now)) return key;
  return undefined;
}

/** Takes a seat or token of each key for an attempt. Keys that are full by it close their buckets. */
export function takeSeats(now: number, keys: readonly LimitKey[], attempt: LiveAttempt): void {
  for (const key of keys) {
    key.take(now, attempt);
    if (!key.isFree(now)) closeKey(attempt.job.space, now, key);
  }
}

/** Gives the seats of an attempt back; returns the lanes in which jobs may start by it. */
export function returnSeats(now: number, attempt: LiveAttempt): Set<Lane> {
  const opened = new Set<Lane>();
  for (const key of attempt.seats) {
    if (key.sort !== "concurrency") continue;
    key.holders.delete(attempt);
    openIfFree(now, key, opened);
    attempt.job.space.limits.drop(key);
  }
  return opened;
}

/** A key may have something free: notes the lanes that it opens. */
export function openIfFree(now: number, key: LimitKey, opened: Set<Lane>): void {
  if (key.sync(now)) for (const bucket of key.buckets) opened.add(bucket.lane);
}

/** A key has nothing free: its buckets are closed until it has. */
function closeKey(space: Namespace, now: number, key: LimitKey): void {
  key.sync(now);
  watchRefill(space, now, key);
}

/**
 * The group of a lane whose first job may start now. A group stands behind one of its keys; one that turns out to be held by another of them goes behind
 * that one.
 */
export function headOf(space: Namespace, now: number, lane: Lane): Group | undefined {
  for (let group = lane.head; group; group = lane.head) {
    const full = fullKey(group, now);
    if (!full) return group;
    closeKey(space, now, full);
    lane.moveBehind(group, full);
  }
  return undefined;
}

/** The time of a token has come; returns the lanes that it opens. */
export function refill(space: Namespace, now: number, key: LimitKey): Set<Lane> {
  const opened = new Set<Lane>();
  key.refillTimer = undefined;
  openIfFree(now, key, opened);
  watchRefill(space, now, key);
  return opened;
}

/** Looks at a key again when it has a token; by the limit that holds now, since another one may have had another time. */
export function watchRefill(space: Namespace, now: number, key: LimitKey): void {
  space.timers.cancel(key.refillTimer);
  const at = key.open ? undefined : key.freeAt(now);
  key.refillTimer = at === undefined ? undefined : space.timers.add(at, { type: "refill", space, key });
}
