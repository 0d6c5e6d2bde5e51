import type { Lane } from "./lane.js";
import type { LimitSpec } from "./limit-key.js";
import type { Namespace } from "./namespace.js";
import type { QueueSettings } from "./queue.js";
import { openIfFree, watchRefill } from "./seats.js";

/** Gives a queue other settings; returns the lanes in which jobs may start by it. */
export function setQueue(space: Namespace, name: string, settings: QueueSettings): Iterable<Lane> {
  const queue = space.shapes.queue(name);
  queue.set(settings);
  return settings.paused ? [] : queue.lanes;
}

/** Sets limits; running jobs keep their seats. Returns the lanes in which jobs may start by it. */
export function setLimits(
  space: Namespace,
  now: number,
  limits: readonly { readonly key: string; readonly spec: LimitSpec }[],
): Set<Lane> {
  const opened = new Set<Lane>();
  for (const { key: name, spec } of limits) {
    for (const key of space.limits.set(name, spec, now)) {
      openIfFree(now, key, opened);
      if (key.sort === "rate") watchRefill(space, now, key);
    }
  }
  return opened;
}
