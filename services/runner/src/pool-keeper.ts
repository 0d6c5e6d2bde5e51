import { createBackoff, retrying } from "@switchyard/client";
import { isRetryable, SwitchyardError } from "@switchyard/errors";
import { FleetService } from "@switchyard/proto/switchyard/runner/v1/fleet_service_pb";
import { createClient } from "@switchyard/rpc";
import { createRunnerPool, type RunnerPool, type RunnerPoolOptions } from "./pool.js";

/** A pool whose size the fleet orders. */
export interface PoolKeeperOptions extends Omit<RunnerPoolOptions, "size"> {
  /** What the pool begins with; from then on what was ordered last holds, over restarts too. */
  readonly first: {
    readonly size: number;
    readonly running: boolean;
    /** Order this at every start, whatever was ordered before. Default no. */
    readonly always?: boolean;
  };
}

/** Keeps the managed pool of a namespace as it is ordered. One process keeps the pool of a namespace. */
export interface PoolKeeper {
  readonly pool: RunnerPool;
  /** Settles when the pool is as ordered for the first time. */
  start(): Promise<void>;
  /** Ends all runners, giving their jobs back; the order stays. */
  stop(): Promise<void>;
}

/** Label by which the fleet counts the runners of a pool. */
const poolLabel = "pool";

/**
 * Makes a keeper; nothing runs before `start`. Orders are followed one after the other; while the gateway is away the pool
 * stays as it is.
 */
export function createPoolKeeper({ first, ...options }: PoolKeeperOptions): PoolKeeper {
  const { transport, namespace, labels, onWarning } = options;
  const fleet = createClient(FleetService, transport);
  const pool = createRunnerPool({ ...options, size: 0, labels: { ...labels, [poolLabel]: namespace } });
  const leaving = new AbortController();
  const { signal } = leaving;
  let settle: { readonly resolve: () => void; readonly reject: (error: unknown) => void } | undefined;
  const reached = new Promise<void>((resolve, reject) => {
    settle = { resolve, reject };
  });
  reached.catch(() => undefined);

  const begin = async () => {
    const { size, running, always = false } = first;
    // Answered at once: nobody keeps the pool yet.
    const order = { namespace, size, running, ifNew: !always, wait: { seconds: 0n } };
    await retrying(() => fleet.scalePool(order, { signal, timeoutMs: 15_000 }), { signal });
    await pool.start();
  };

  /** Follows the orders of one stream. */
  const follow = async (alive: () => void) => {
    for await (const { size } of fleet.watchPools({ namespaces: [namespace] }, { signal })) {
      await pool.scale(size);
      alive();
      settle?.resolve();
    }
  };

  const work = async () => {
    const backoff = createBackoff();
    while (!signal.aborted) {
      await follow(() => backoff.reset()).catch((error: unknown) => {
        if (signal.aborted) return;
        if (!isRetryable(error)) settle?.reject(error);
        onWarning?.("the orders of a pool are not followed at the moment", { namespace, error: String(error) });
      });
      await backoff.wait(signal).catch(() => undefined);
    }
    settle?.reject(new SwitchyardError("CANCELLED", "the pool was stopped"));
  };

  let started: Promise<void> | undefined;
  let working: Promise<void> | undefined;
  return {
    pool,
    start() {
      started ??= begin().then(() => {
        working = work();
        return reached;
      });
      return started;
    },
    async stop() {
      leaving.abort();
      // First: a start may be waiting for runners that cannot register.
      await pool.stop();
      await started?.catch(() => undefined);
      await working;
    },
  };
}
