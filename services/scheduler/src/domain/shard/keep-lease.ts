import type { Clock, Timer } from "@switchyard/clock";
import type { Logger } from "pino";
import type { ShardStore } from "../../store/shard-store.js";
import type { Term } from "../../store/term.js";
import type { ShardTerm } from "./shard-term.js";

/** How a lease is kept. */
export interface KeepLeaseOptions {
  readonly store: Pick<ShardStore, "renewShard">;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Length of the lease, ms; renewed at a third. */
  readonly leaseMs: number;
}

/** A lease that is being renewed. */
export interface KeptLease {
  /** Names the term that lives by the lease, once it is loaded. */
  of(running: ShardTerm): void;
  /** Renews no more. */
  end(): void;
}

/**
 * Renews the lease of a shard until told to end, and tells its term for how long its answers are good.
 *
 * @param validUntil the end of the lease as it was taken, ms on the clock
 */
export function keepLease(
  { store, clock, leaseMs, logger }: KeepLeaseOptions,
  term: Term,
  validUntil: number,
): KeptLease {
  let running: ShardTerm | undefined;
  let until = validUntil;
  let timer: Timer | undefined;
  let over = false;

  /** False: nobody knows whether it was renewed. */
  async function renew(): Promise<boolean> {
    // Counted from before the statement was sent: the database's clock can only have started later.
    const sentAt = clock.now();
    try {
      if (await store.renewShard(term, leaseMs)) until = sentAt + leaseMs;
      else {
        over = true;
        until = 0;
        running?.abandon(new Error("another replica took the shard"));
      }
      running?.validUntil(until);
      return true;
    } catch (error) {
      logger.warn({ err: error }, "could not renew the lease of the shard");
      return false;
    }
  }

  function schedule(isKnown: boolean): void {
    if (over) return;
    // In step with the other shards of this process, so that their leases are renewed together.
    const stepMs = leaseMs / 3 - (clock.monotonicMs() % (leaseMs / 3));
    // The connection of one that failed may have died in silence, for half a lease (`answerLimitMs`): then the next step is the end of the lease, and this is before it.
    const waitMs = isKnown || clock.now() > until ? stepMs : Math.min(stepMs, leaseMs / 12);
    timer = clock.setTimeout(() => void renew().then(schedule), waitMs);
  }

  schedule(true);
  return {
    of(loaded) {
      running = loaded;
      running.validUntil(until);
    },
    end() {
      over = true;
      clock.clearTimeout(timer);
    },
  };
}
