import type { ShardStore } from "../../store/shard-store.js";
import type { JobRequest } from "../core/admit.js";
import type { EndWatch } from "../core/end-watch.js";
import { type EndedFact, type EndedFacts, noFacts } from "../core/reuse.js";
import type { Namespace } from "../core/namespace.js";

/** Facts that are complete up to the moment of the call. */
export type FactSource = () => EndedFacts;

/** Which history a decision needs. */
export interface FactQuery {
  /** Serials of parents. */
  readonly serials: ReadonlySet<number>;
  /** Re-use keys. */
  readonly keys: ReadonlySet<string>;
}

/**
 * Reads what the decision about new jobs needs of history: how their parents ended, and which finished jobs have their re-use keys. The returned function
 * adds what has ended since; call it right before the decision, then close the watch.
 */
export function readEndedFacts(
  store: ShardStore,
  space: Namespace,
  items: readonly JobRequest[],
): Promise<{ readonly facts: FactSource; readonly close: () => void }> {
  const serials = new Set<number>();
  const keys = new Set<string>();
  for (const { parents, reuse } of items) {
    for (const parent of parents) if ("serial" in parent) serials.add(parent.serial);
    if (reuse && reuse.states.length > 0) keys.add(reuse.key);
  }
  return readFacts(store, space, { serials, keys });
}

/** Reads history; else as {@link readEndedFacts}. */
export async function readFacts(
  store: ShardStore,
  space: Namespace,
  { serials, keys }: FactQuery,
): Promise<{ readonly facts: FactSource; readonly close: () => void }> {
  if (serials.size === 0 && keys.size === 0) return { facts: () => noFacts, close: () => undefined };
  const watch = space.endWatches.open();
  try {
    const [states, byKey] = await Promise.all([
      serials.size > 0 ? store.loadFinalStates(space.id, space.buckets.holding(serials), [...serials]) : new Map(),
      keys.size > 0 ? store.loadByReuseKey(space.id, space.buckets.all(), [...keys]) : new Map(),
    ]);
    return { facts: () => complete({ states, byKey }, watch), close: watch.close };
  } catch (error) {
    watch.close();
    throw error;
  }
}

/** The facts with what has changed since they were read. */
export function complete({ states, byKey }: EndedFacts, { changes }: Pick<EndWatch, "changes">): EndedFacts {
  if (changes.size === 0) return { states, byKey };
  const allStates = new Map(states);
  const allByKey = new Map<string, readonly EndedFact[]>();
  for (const [key, facts] of byKey)
    allByKey.set(
      key,
      facts.filter(({ serial }) => !changes.has(serial)),
    );
  for (const [serial, end] of changes) {
    if (end) allStates.set(serial, end.state);
    else allStates.delete(serial);
    if (!end || end.reuseKey === "") continue;
    const { state, at } = end;
    allByKey.set(end.reuseKey, [{ serial, state, at }, ...(allByKey.get(end.reuseKey) ?? [])]);
  }
  return { states: allStates, byKey: allByKey };
}
