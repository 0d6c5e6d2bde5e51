import type { CoreState } from "./core-state.js";
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
    key.sync(now);
    if (key.sort === "rate") watchRefill(attempt.job.space, now, key);
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

/** The time of a token has come; returns the lanes that it opens. */
export function refill(state: CoreState, space: Namespace, now: number, key: LimitKey): Set<Lane> {
  const opened = new Set<Lane>();
  key.refilling = false;
  openIfFree(now, key, opened);
  if (!key.open && state.spaces.get(space.name) === space) watchRefill(space, now, key);
  space.limits.drop(key);
  return opened;
}

/** Looks at a key again when it has a token. */
export function watchRefill(space: Namespace, now: number, key: LimitKey): void {
  if (key.open || key.refilling) return;
  const at = key.freeAt(now);
  if (at === undefined) return;
  key.refilling = true;
  space.timers.add(at, { type: "refill", space, key });
}
