import type { Timer } from "@switchyard/clock";
import { reasonOf } from "@switchyard/errors";
import type { Logger } from "pino";
import type { ShardTerm } from "./shard-term.js";

/** How often something is done during a term. */
export interface RoundsOptions {
  readonly logger: Logger;
  /** From the beginning of the term, and from the end of each round, to the next one, ms. */
  readonly intervalMs: number;
  /** Logged when a round fails; the next one tries again. */
  readonly failure: string;
}

/** Does something in rounds, one after the other, until the term is over. */
export function startRounds(
  term: ShardTerm,
  { logger, intervalMs, failure }: RoundsOptions,
  runOnce: () => Promise<void>,
): void {
  let timer: Timer | undefined;
  let stopped = false;
  term.whenLost(() => {
    stopped = true;
    term.clock.clearTimeout(timer);
  });

  function schedule(): void {
    if (stopped) return;
    timer = term.clock.setTimeout(() => {
      runOnce().catch(tell).finally(schedule);
    }, intervalMs);
  }

  function tell(error: unknown): void {
    // The next term goes on.
    if (!stopped && reasonOf(error) !== "SHARD_LOST") logger.warn({ err: error }, failure);
  }

  schedule();
}
