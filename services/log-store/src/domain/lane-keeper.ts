import { setTimeout as sleep } from "node:timers/promises";
import type { GroupCommitLane } from "@switchyard/postgres";

/** Keeps a lane running. */
export interface LaneKeeper {
  /** Starts the lane; rejects when the database does not answer. */
  start(): Promise<void>;
  /** To be called when the lane has died: starts it again, as often as it takes. */
  restart(): void;
  /** Writes what the lane has taken, then ends it. */
  stop(): Promise<void>;
}

const MIN_WAIT_MS = 50;
const MAX_WAIT_MS = 2_000;

/** Starts a lane again after each death, with growing waits and full jitter while the database is away. */
export function createLaneKeeper(lane: () => GroupCommitLane<never, unknown>): LaneKeeper {
  const stopping = new AbortController();
  let restarting: Promise<void> | undefined;

  async function startAgain(): Promise<void> {
    for (let wait = MIN_WAIT_MS; !stopping.signal.aborted; wait = Math.min(wait * 2, MAX_WAIT_MS)) {
      // The lane has logged its death; while it is away every push says so too.
      await lane()
        .start()
        .catch(() => undefined);
      // It may have died again by now, which this restart has to mend: another one was not begun.
      if (lane().state === "ready") break;
      await sleep(Math.random() * wait, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
    // In the same turn as the look at the state: the next death finds that nobody is at it.
    restarting = undefined;
  }

  return {
    start: () => lane().start(),
    restart() {
      restarting ??= startAgain();
    },
    async stop() {
      stopping.abort();
      await restarting;
      await lane().stop();
    },
  };
}
