import type { Timer } from "@switchyard/clock";
import { reasonOf } from "@switchyard/errors";
import type { Logger } from "pino";
import type { ShardTerm, TermDuty } from "../shard/shard-term.js";
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
export function createHistoryDuty(options: HistoryOptions): TermDuty {
  return {
    start(term) {
      const keeper = createHistoryKeeper(term, options);
      term.whenLost(() => keeper.stop());
      keeper.start();
      return Promise.resolve();
    },
  };
}

/** A duty of a term: keeps the history. */
interface HistoryKeeper {
  start(): void;
  stop(): void;
}

function createHistoryKeeper(term: ShardTerm, { logger, intervalMs, eventRetentionMs }: HistoryOptions): HistoryKeeper {
  let timer: Timer | undefined;
  let stopped = false;

  async function runOnce(): Promise<void> {
    await term.partitions.ahead(term.state, term.feed.next, term.clock.now());
    const dropped = await dropExpired(term, eventRetentionMs);
    if (dropped.length > 0) logger.info({ dropped }, "partitions dropped");
  }

  function schedule(): void {
    if (stopped) return;
    timer = term.clock.setTimeout(() => {
      runOnce().catch(tell).finally(schedule);
    }, intervalMs);
  }

  function tell(error: unknown): void {
    // The next term goes on.
    if (stopped || reasonOf(error) === "SHARD_LOST") return;
    logger.warn({ err: error }, "keeping the history failed; tried again at the next round");
  }

  return {
    start: schedule,
    stop() {
      stopped = true;
      term.clock.clearTimeout(timer);
    },
  };
}
