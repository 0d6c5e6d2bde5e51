import { Gauge, type Registry } from "prom-client";

/** The counts of a `pg` pool. */
export interface PoolCounts {
  readonly totalCount: number;
  readonly idleCount: number;
  readonly waitingCount: number;
  readonly options: { readonly max?: number | undefined; readonly application_name?: string | undefined };
}

const pools = new WeakMap<Registry, Set<PoolCounts>>();

/** Shows how a pool of database connections is used, under its application name. A pool that several parts of a process share is shown once. */
export function watchPool(registry: Registry, pool: PoolCounts): void {
  const known = pools.get(registry) ?? showPools(registry);
  known.add(pool);
}

function showPools(registry: Registry): Set<PoolCounts> {
  const watched = new Set<PoolCounts>();
  pools.set(registry, watched);
  const registers = [registry];
  const connections: Gauge<"pool" | "state"> = new Gauge({
    name: "switchyard_postgres_pool_connections",
    help: "Database connections of a pool: used, idle, and callers waiting for one.",
    labelNames: ["pool", "state"],
    registers,
    collect() {
      connections.reset();
      for (const { totalCount, idleCount, waitingCount, options } of watched) {
        const pool = options.application_name ?? "";
        connections.inc({ pool, state: "used" }, totalCount - idleCount);
        connections.inc({ pool, state: "idle" }, idleCount);
        connections.inc({ pool, state: "waiting" }, waitingCount);
      }
    },
  });
  const limits: Gauge<"pool"> = new Gauge({
    name: "switchyard_postgres_pool_connections_max",
    help: "Most database connections of a pool.",
    labelNames: ["pool"],
    registers,
    collect() {
      limits.reset();
      for (const { options } of watched) limits.inc({ pool: options.application_name ?? "" }, options.max ?? 0);
    },
  });
  return watched;
}
