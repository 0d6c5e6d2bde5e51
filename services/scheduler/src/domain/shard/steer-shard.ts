import { dispatch } from "../core/dispatch.js";
import type { LimitSpec } from "../core/limit-key.js";
import type { Namespace } from "../core/namespace.js";
import { defaultQueueSettings, type QueueSettings } from "../core/queue.js";
import { setLimits, setQueue } from "../core/steer.js";
import type { ShardTerm } from "./shard-term.js";

/** Changes settings of a queue, durably, and then in memory; jobs that may start by it do. One after the other for each queue. */
export function steerQueue(
  term: ShardTerm,
  space: Namespace,
  name: string,
  change: (present: QueueSettings) => QueueSettings,
): Promise<void> {
  return term.turns.take(`queue ${space.id}/${name}`, async () => {
    const settings = change(space.queue(name)?.settings ?? defaultQueueSettings);
    await durably(term, () => term.store.writeQueue(term.term, space.id, name, settings));
    term.writeAll(dispatch(term.clock.now(), setQueue(space, name, settings)));
  });
}

/** Sets limits, durably, and then in memory; jobs that may start by it do. */
export function steerLimits(
  term: ShardTerm,
  space: Namespace,
  limits: readonly { readonly key: string; readonly spec: LimitSpec }[],
): Promise<void> {
  return term.turns.take(`limits ${space.id}`, async () => {
    await durably(term, () => term.store.writeLimits(term.term, space.id, limits));
    const now = term.clock.now();
    term.writeAll(dispatch(now, setLimits(space, now, limits)));
  });
}

/** A write whose outcome is unknown ends the term, like one of a lane: memory and tables could differ. */
async function durably(term: ShardTerm, write: () => Promise<void>): Promise<void> {
  term.assertValid();
  try {
    await write();
  } catch (error) {
    term.abandon(error instanceof Error ? error : new Error(String(error)));
  }
  term.assertValid();
}
