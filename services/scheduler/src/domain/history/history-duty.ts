import type { Logger } from "pino";
import type { TermDuty } from "../shard/shard-term.js";
import { startRounds } from "../shard/term-rounds.js";
import { dropExpired } from "./retention.js";

/** How the history is kept. */
export interface HistoryOptions {
  readonly logger: Logger;
  /** From the end of a round to the next one, ms. */
  readonly intervalMs: number;
  /** How long events are kept, ms. */
  readonly eventRetentionMs: number;
}

/** Creates the duty: while a term lasts, the partitions of the coming day are made and those whose time is over are dropped. */
export function createHistoryDuty({ logger, intervalMs, eventRetentionMs }: HistoryOptions): TermDuty {
  const failure = "keeping the history failed; tried again at the next round";
  return {
    start(term) {
      startRounds(term, { logger, intervalMs, failure }, async () => {
        await term.partitions.ahead(term.state, term.feed.next, term.clock.now());
        const dropped = await dropExpired(term, eventRetentionMs);
        if (dropped.length > 0) logger.info({ dropped }, "partitions dropped");
      });
      return Promise.resolve();
    },
  };
}
