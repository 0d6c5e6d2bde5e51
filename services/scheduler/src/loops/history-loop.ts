import { reasonOf } from "@switchyard/errors";
import type { Logger } from "pino";
import { dropExpired } from "../domain/history/retention.js";
import type { ShardOwner } from "../domain/shard/shard-owner.js";

/** A background duty. */
export interface HistoryLoop {
  /** Returns when it runs in the background. A second call does nothing. */
  start(): void;
  /** Returns when it has really ended. A second call waits for the same. */
  stop(): Promise<void>;
  /** Does the duty once, now; nothing while this replica owns no shard. */
  runOnce(): Promise<void>;
}

/** How the history is kept. */
export interface HistoryLoopOptions {
  readonly owner: ShardOwner;
  readonly logger: Logger;
  /** From the end of a round to the next one, ms. */
  readonly intervalMs: number;
  /** How long events are kept, ms. */
  readonly eventRetentionMs: number;
}

/** While a term is owned, makes the partitions of the coming day and drops those whose time is over. */
export function createHistoryLoop({ owner, logger, intervalMs, eventRetentionMs }: HistoryLoopOptions): HistoryLoop {
  let timer: NodeJS.Timeout | undefined;
  let round: Promise<void> = Promise.resolve();
  let running = false;

  async function runOnce(): Promise<void> {
    const { term } = owner;
    if (!term) return;
    await term.partitions.ahead(term.state, term.feed.next, term.clock.now());
    const dropped = await dropExpired(term, eventRetentionMs);
    if (dropped.length > 0) logger.info({ dropped }, "partitions dropped");
  }

  function schedule(): void {
    if (!running) return;
    timer = setTimeout(() => {
      round = runOnce().catch(tell).then(schedule);
    }, intervalMs);
    timer.unref();
  }

  function tell(error: unknown): void {
    // The next term goes on.
    if (reasonOf(error) === "SHARD_LOST") return;
    logger.warn({ err: error }, "keeping the history failed; tried again at the next round");
  }

  return {
    start() {
      if (running) return;
      running = true;
      schedule();
    },
    async stop() {
      running = false;
      clearTimeout(timer);
      await round;
    },
    runOnce,
  };
}
