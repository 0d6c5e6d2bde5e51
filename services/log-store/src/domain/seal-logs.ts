import { createGroupCommitLane, type PostgresLog } from "@switchyard/postgres";
import type { OnCommit } from "@switchyard/service-kit";
import { type SealItem, sealStreams } from "../store/seal-streams.js";
import { createLaneKeeper } from "./lane-keeper.js";

/** What a sealer works with. */
export interface SealerOptions {
  readonly url: string;
  /** Name of this process among the replicas. */
  readonly replica: string;
  /** The clock, milliseconds. */
  readonly now: () => number;
  /** Told of each job of which attempts were sealed, after the commit. */
  readonly onSealed: (job: { readonly namespace: string; readonly jobId: string }) => void;
  /** Told of each commit. */
  readonly onFlush?: OnCommit;
  readonly log?: PostgresLog;
}

/** Ends attempts. */
export interface Sealer {
  /**
   * Seals; returns after the commit how many streams this call ended. Harmless when repeated.
   * @throws SwitchyardError `STORAGE_UNAVAILABLE`
   */
  seal(item: SealItem): Promise<number>;
  start(): Promise<void>;
  /** Writes what was accepted, then ends. */
  stop(): Promise<void>;
}

/**
 * Creates a sealer. Every attempt of every job is sealed once, so seals share commits as appends do. They have a lane of
 * their own: rows and their locks, not the order of a queue, decide between an append and a seal.
 */
export function createSealer(options: SealerOptions): Sealer {
  const lane = createGroupCommitLane<SealItem, number>({
    name: "log-store-seal",
    url: options.url,
    maxItems: 1_000,
    flush: (client, items) => sealStreams(client, options.replica, items, Math.floor(options.now() * 1_000)),
    onFailure: () => keeper.restart(),
    ...(options.onFlush && { onFlush: options.onFlush }),
    ...(options.log === undefined ? {} : { log: options.log }),
  });
  const keeper = createLaneKeeper(() => lane);
  return {
    async seal(item) {
      const ended = await lane.push(item);
      options.onSealed(item);
      return ended;
    },
    start: () => keeper.start(),
    stop: () => keeper.stop(),
  };
}
