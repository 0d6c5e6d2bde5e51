import { type Clock, sleep } from "@switchyard/clock";
import { inTransaction, type Pool } from "@switchyard/postgres";
import { changePool, type PoolChange, type PoolRow, readPools } from "../store/pools.js";
import { listRunners } from "../store/read-runners.js";
import type { Activity } from "./activity.js";
import type { Fleet, RunnerView } from "./fleet.js";
import { isPresent } from "./runner-record.js";

/** A pool with its runners that are present. */
export interface PoolView {
  readonly row: PoolRow;
  readonly runners: readonly RunnerView[];
}

/** The managed pools: what is wanted is kept here, processes that watch keep it. */
export interface Pools {
  get(namespace: string): Promise<PoolView>;
  /** Orders a size and waits until the pool has it, for no longer than `waitMs`. */
  scale(
    namespace: string,
    change: PoolChange,
    waitMs: number,
    signal: AbortSignal,
  ): Promise<{ readonly previous: PoolView; readonly pool: PoolView }>;
  /** The wanted pools, all at first, then each that changes, until the signal. No namespaces: all. */
  watch(namespaces: readonly string[], signal: AbortSignal): AsyncIterable<PoolRow>;
  /** A pool was changed somewhere; undefined: any may have been. */
  changed(namespace: string | undefined): void;
}

/** What {@link createPools} needs. */
export interface PoolsDeps {
  readonly pool: Pool;
  readonly fleet: Fleet;
  readonly activity: Activity;
  readonly clock: Clock;
}

/** Label by which a runner says that it belongs to the managed pool of a namespace. */
const poolLabel = "pool";
/** Wait between two looks at a pool that is being scaled. */
const lookMs = 200;

/** Runners that the pool shall have now. */
export function wantedSize({ running, size }: PoolRow): number {
  return running ? size : 0;
}

/** Creates the managed pools. A namespace that nobody has scaled has a stopped pool of size 0. */
export function createPools(deps: PoolsDeps): Pools {
  const watchers = new Set<(namespace: string | undefined) => void>();

  async function presentRunners(namespace: string) {
    await deps.activity.flush();
    const rows = await listRunners(deps.pool, { namespace, labels: { [poolLabel]: namespace } });
    return rows.filter((row) => isPresent(row, deps.clock.wallMs()));
  }

  async function view(row: PoolRow, present?: Awaited<ReturnType<typeof presentRunners>>): Promise<PoolView> {
    const rows = present ?? (await presentRunners(row.namespace));
    return { row, runners: await Promise.all(rows.map((runner) => deps.fleet.view(runner))) };
  }

  async function read(namespace: string): Promise<PoolRow> {
    const [row] = await readPools(deps.pool, [namespace]);
    return row ?? { namespace, size: 0, running: false };
  }

  return {
    get: async (namespace) => view(await read(namespace)),
    async scale(namespace, change, waitMs, signal) {
      const previous = await view(await read(namespace));
      const { size = 0, running = size > 0 ? true : undefined } = change;
      await inTransaction(deps.pool, (db) => changePool(db, namespace, { ...change, running }));
      const endMs = deps.clock.monotonicMs() + waitMs;
      for (;;) {
        const row = await read(namespace);
        const present = await presentRunners(namespace);
        const reached = present.length === wantedSize(row);
        // The very runners that were counted: another order may come meanwhile.
        if (reached || deps.clock.monotonicMs() + lookMs > endMs) return { previous, pool: await view(row, present) };
        await sleep(deps.clock, lookMs, signal).catch(() => signal.throwIfAborted());
      }
    },
    async *watch(namespaces, signal) {
      let news: (string | undefined)[] = [undefined];
      let wake: () => void = () => undefined;
      const onChange = (namespace: string | undefined) => {
        news.push(namespace);
        wake();
      };
      const onAbort = () => wake();
      const told = new Map<string, number>();
      watchers.add(onChange);
      signal.addEventListener("abort", onAbort);
      try {
        while (!signal.aborted) {
          if (news.length === 0) {
            await new Promise<void>((resolve) => {
              wake = resolve;
            });
            continue;
          }
          const changed = news;
          news = [];
          const all = changed.includes(undefined);
          const concerned = (namespace: string) => namespaces.length === 0 || namespaces.includes(namespace);
          const wanted = all
            ? namespaces.length === 0
              ? undefined
              : namespaces
            : (changed as string[]).filter(concerned);
          if (wanted?.length === 0) continue;
          for (const row of await readPools(deps.pool, wanted)) {
            if (told.get(row.namespace) === wantedSize(row)) continue;
            told.set(row.namespace, wantedSize(row));
            yield row;
          }
        }
      } finally {
        watchers.delete(onChange);
        signal.removeEventListener("abort", onAbort);
      }
    },
    changed(namespace) {
      for (const onChange of watchers) onChange(namespace);
    },
  };
}
