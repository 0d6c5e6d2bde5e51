import type { LaneFlush } from "@switchyard/postgres";
import { seededRandom, seedFor } from "./random.js";

/**
 * What can happen to a flush.
 *
 * - `before`: it fails and nothing is written.
 * - `after`: it is committed, and the caller sees a failure ("written, but the answer never came").
 * - `in-flight`: it is sent, and the caller sees a failure while the server works on it; whether it commits is open.
 * - `slow`: it succeeds a few milliseconds late.
 */
export type FlushFault = "before" | "after" | "in-flight" | "slow";

/** Options of {@link createFlushFaults}. */
export interface FlushFaultOptions {
  /** The n-th flush of a lane meets the same fate in every run with the same seed and rates. */
  readonly seed: number;
  /** Share of the flushes that meet each fault, 0 to 1; together at most 1. Default 0. */
  readonly rates: Partial<Readonly<Record<FlushFault, number>>>;
  /** The longest delay of a slow flush, ms. Default 5. */
  readonly slowMs?: number;
}

/** Makes the flushes of lanes fail, by chance and on request. */
export interface FlushFaults {
  /** Wraps a flush: hand it to whatever lets a test stand between its lanes and the database. */
  intercept<Item, Result, Connection>(
    lane: string,
    flush: LaneFlush<Item, Result, Connection>,
  ): LaneFlush<Item, Result, Connection>;
  /** Gives the next flush of this lane, or of any, a fault; chance is not asked for it. Several queue up. */
  arm(fault: FlushFault, lane?: string): void;
  /** No faults by chance from now on, and nothing armed. */
  stop(): void;
  /** Chance again. */
  resume(): void;
  /** What was injected so far. */
  readonly injected: Readonly<Record<FlushFault, number>>;
  /** Flushes that came by, with and without a fault. */
  readonly flushes: number;
}

/** The failure that a caller of a flush sees. */
export class InjectedFault extends Error {
  /** @param fault what happened to the flush of the lane. */
  constructor(
    readonly lane: string,
    readonly fault: FlushFault,
  ) {
    super(`injected: the flush of lane ${lane} fails (${fault})`);
  }
}

const kinds: readonly FlushFault[] = ["before", "after", "in-flight", "slow"];

/** Creates a source of faults for the lanes of one component. */
export function createFlushFaults({ seed, rates, slowMs = 5 }: FlushFaultOptions): FlushFaults {
  const randoms = new Map<string, () => number>();
  const injected: Record<FlushFault, number> = { before: 0, after: 0, "in-flight": 0, slow: 0 };
  let armed: { readonly fault: FlushFault; readonly lane: string | undefined }[] = [];
  let byChance = true;
  let flushes = 0;

  function randomOf(lane: string): () => number {
    const random = randoms.get(lane) ?? seededRandom(seedFor(seed, lane));
    randoms.set(lane, random);
    return random;
  }

  function fateOf(lane: string): FlushFault | undefined {
    const drawn = draw(randomOf(lane)());
    const at = armed.findIndex((order) => order.lane === undefined || order.lane === lane);
    if (at < 0) return byChance ? drawn : undefined;
    return armed.splice(at, 1)[0]?.fault;
  }

  function draw(number: number): FlushFault | undefined {
    let bound = 0;
    for (const kind of kinds) {
      bound += rates[kind] ?? 0;
      if (number < bound) return kind;
    }
    return undefined;
  }

  return {
    intercept: (lane, flush) => async (client, batch) => {
      flushes++;
      const fault = fateOf(lane);
      if (!fault) return flush(client, batch);
      injected[fault]++;
      switch (fault) {
        case "before":
          throw new InjectedFault(lane, fault);
        case "after":
          await flush(client, batch);
          throw new InjectedFault(lane, fault);
        case "in-flight": {
          // Its outcome is nobody's any more; sometimes it is given the time to commit.
          const sent = flush(client, batch).catch(() => undefined);
          await Promise.race([sent, pause(randomOf(lane)() * 2)]);
          throw new InjectedFault(lane, fault);
        }
        case "slow":
          await pause(randomOf(lane)() * slowMs);
          return flush(client, batch);
      }
    },
    arm: (fault, lane) => void armed.push({ fault, lane }),
    stop: () => {
      byChance = false;
      armed = [];
    },
    resume: () => {
      byChance = true;
    },
    injected,
    get flushes() {
      return flushes;
    },
  };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
