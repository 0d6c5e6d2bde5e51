import { SwitchyardError } from "@switchyard/errors";
import { createGroupCommitLane, type Pool, type PostgresLog } from "@switchyard/postgres";
import type { OnCommit } from "@switchyard/service-kit";
import type { Mask } from "@switchyard/masking";
import type { StreamKey } from "../../model/stream-key.js";
import { loadHeads } from "../../store/load-heads.js";
import { createBatchLoader } from "../batch-loader.js";
import { createLaneKeeper } from "../lane-keeper.js";
import { toStorageError } from "../storage-error.js";
import type { AppendWish } from "./decide-append.js";
import { type Draft, sizeOf } from "./draft.js";
import { type FlushOptions, type FlushResult, flushHeads } from "./flush-heads.js";
import { createHeadCache } from "./head-cache.js";
import { type AppendOutcome, refreshHead, type StreamHead } from "./stream-head.js";

/** What an appender works with. */
export interface AppenderOptions extends FlushOptions {
  readonly url: string;
  readonly pool: Pool;
  /** Heads of streams held in memory. */
  readonly maxHeads: number;
  /** Bytes of appends that may wait for their commit. */
  readonly maxPendingBytes: number;
  /** Told of each commit. */
  readonly onFlush?: OnCommit;
  readonly log?: PostgresLog;
}

/** Adds to streams. */
export interface Appender {
  /**
   * Checks whether so many bytes may wait; before a call's first append, so that a call is taken as a whole or not at all.
   * @throws SwitchyardError `RATE_LIMITED` (too much waits) or `SHUTTING_DOWN`; nothing was added
   */
  admit(bytes: number): void;
  /**
   * Adds entries to a stream; resolves after the commit. Appends to one stream are taken in the order of the calls.
   * @throws SwitchyardError `STORAGE_UNAVAILABLE`; the outcome may be unknown: repeat with the expected sequence. `SHUTTING_DOWN`
   */
  append(key: StreamKey, draft: Draft, wish: AppendWish, mask?: Mask): Promise<AppendOutcome>;
  /** Bytes of appends that wait for their commit. */
  readonly pendingBytes: number;
  start(): Promise<void>;
  /** Refuses new appends, writes those that were accepted. */
  stop(): Promise<void>;
}

/** Streams per flush. */
const MAX_STREAMS = 1_000;
/** A head that is refused this often in a row is not a lost race any more. */
const MAX_REFUSALS = 50;

/**
 * Creates the writing half of the log store. Appends wait in their stream's head; a head with appends stands in the group-commit lane
 * once; a flush decides on whatever waits in the heads that it takes, and writes all of it in one statement. A stream
 * whose head turns out to be old is read anew and stands in line again, its appends still in order.
 */
export function createAppender(options: AppenderOptions): Appender {
  const { pool } = options;
  const cache = createHeadCache(options.maxHeads);
  const load = createBatchLoader((keys: readonly StreamKey[]) => loadHeads(pool, keys));
  const working = new Set<Promise<void>>();
  let pendingBytes = 0;
  let stopped = false;

  const lane = createGroupCommitLane<StreamHead, FlushResult>({
    name: "log-store-append",
    url: options.url,
    maxItems: MAX_STREAMS,
    flush: (client, heads) => flushHeads(client, heads, options),
    onFailure: () => keeper.restart(),
    ...(options.onFlush && { onFlush: options.onFlush }),
    ...(options.log === undefined ? {} : { log: options.log }),
  });
  const keeper = createLaneKeeper(() => lane);

  /** Works on a head until nothing waits for it. */
  async function work(head: StreamHead): Promise<void> {
    try {
      for (let refusals = 0; head.pending.length > 0; ) {
        if (!head.known) refreshHead(head, await load(head.key));
        if ((await lane.push(head)) === "done") refusals = 0;
        else {
          head.known = false;
          if (++refusals > MAX_REFUSALS) throw contended(head.key);
        }
      }
      // What has ended is rare and may be asked about for long: the reason is read anew each time.
      if (head.closed !== undefined) cache.drop(head);
    } catch (error) {
      cache.drop(head);
      const refusal = toStorageError(error);
      for (const { reject } of head.pending.splice(0)) reject(refusal);
    } finally {
      head.busy = false;
    }
  }

  return {
    admit(bytes) {
      if (stopped) throw new SwitchyardError("SHUTTING_DOWN");
      if (pendingBytes + bytes > options.maxPendingBytes) throw tooMuchWaits(options.maxPendingBytes);
    },
    append(key, draft, wish, mask) {
      if (stopped) return Promise.reject(new SwitchyardError("SHUTTING_DOWN"));
      const size = sizeOf(draft);
      pendingBytes += size;
      const head = cache.get(key);
      const outcome = new Promise<AppendOutcome>((resolve, reject) => {
        const release = () => {
          pendingBytes -= size;
        };
        head.pending.push({
          wish,
          mask,
          draft,
          size,
          resolve: (result) => {
            release();
            resolve(result);
          },
          reject: (error) => {
            release();
            reject(error);
          },
        });
      });
      if (!head.busy) {
        head.busy = true;
        const task = work(head);
        working.add(task);
        void task.then(() => working.delete(task));
      }
      return outcome;
    },
    get pendingBytes() {
      return pendingBytes;
    },
    start: () => keeper.start(),
    async stop() {
      stopped = true;
      await Promise.all(working);
      await keeper.stop();
    },
  };
}

function tooMuchWaits(limit: number): SwitchyardError {
  const options = { retryAfterMs: 100 };
  return new SwitchyardError(
    "RATE_LIMITED",
    `more than ${limit} bytes wait to be written`,
    { limit: String(limit) },
    options,
  );
}

function contended({ stream }: StreamKey): SwitchyardError {
  return new SwitchyardError("STORAGE_UNAVAILABLE", `stream ${stream} is written to by too many others`, { stream });
}
