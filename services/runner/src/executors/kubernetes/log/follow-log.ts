import type { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { createBackoff } from "@switchyard/client";
import type { KubernetesApi } from "../api/kubernetes-api.js";
import { KubernetesError } from "../api/kubernetes-error.js";
import { readLines } from "../api/read-lines.js";
import { createLogCursor, type LogCursor } from "./log-cursor.js";

/** Whose log is followed, and where it goes. */
export interface FollowLogOptions {
  readonly api: KubernetesApi;
  /** Path of the pod's log. */
  readonly path: string;
  readonly container: string;
  /** Takes whole lines with their line feeds, in order; settles when there is room for more. */
  readonly write: (lines: Buffer) => Promise<void>;
  /** Aborted when the container has ended: the log then has an end. */
  readonly ended: AbortSignal;
  /** Ends the following, wherever it is. */
  readonly stop: AbortSignal;
  /** Hears of a log that could not be read to its end. */
  readonly onLoss: (error: Error) => void;
}

/** How long a log may take to end by itself after its container, in milliseconds. */
const patienceMs = 3_000;
/** The end of a log is asked for so long, in milliseconds; then what is missing is given up. */
const giveUpAfterMs = 60_000;
const lineFeed = Buffer.from("\n");

/**
 * Passes on the log of a container that has started, until its end. A connection that breaks, or ends while the container has not, is
 * opened again where it was. When the container has ended the rest is read once more in one piece: only such a read has an end that can be
 * told from a cut. Never throws.
 */
export async function followLog(options: FollowLogOptions): Promise<void> {
  const { ended, stop, onLoss } = options;
  const cursor = createLogCursor();
  const backoff = createBackoff({ initialMs: 100, maxMs: 5_000 });
  let giveUpAt: number | undefined;
  while (!stop.aborted) {
    const isLast = ended.aborted;
    try {
      if (await readOnce(options, cursor, isLast)) backoff.reset();
      if (isLast) return;
    } catch (error) {
      if (stop.aborted) return;
      giveUpAt ??= isLast ? performance.now() + giveUpAfterMs : undefined;
      if (isHopeless(error) || (giveUpAt !== undefined && performance.now() > giveUpAt)) return onLoss(error as Error);
    }
    if (!ended.aborted || isLast) await backoff.wait(isLast ? stop : ended).catch(() => undefined);
  }
}

/** Reads until the stream ends; answers whether there was anything new. */
async function readOnce(options: FollowLogOptions, cursor: LogCursor, isLast: boolean): Promise<boolean> {
  const { api, path, container, write, ended, stop } = options;
  const sinceTime = cursor.begin();
  const query = { container, timestamps: true, follow: isLast ? undefined : true, sinceTime };
  const stream = await api.stream(path, { query, signal: stop, ...(isLast && { silenceMs: 30_000 }) });
  const cut = isLast ? undefined : cutAfterEnd(stream, ended);
  let isNew = false;
  try {
    const chunks = readLines(stream);
    for (;;) {
      const { done, value } = await chunks.next();
      // A line that only the end of the stream ends may be a part of one, as long as the container has not ended.
      const lines = done ? (isLast && value.length > 0 ? [value] : []) : value;
      const fresh = lines.map((line) => cursor.take(line)).filter((line) => line !== undefined);
      if (fresh.length > 0) {
        isNew = true;
        await write(Buffer.concat(fresh.flatMap((line) => [line, lineFeed])));
      }
      if (done) return isNew;
    }
  } finally {
    cut?.abort();
    stream.destroy();
  }
}

/** The pod is not there any more, or its log is not for us to read. 400 is a container that has only just started. */
function isHopeless(error: unknown): boolean {
  return error instanceof KubernetesError && !error.passing && error.status !== 400;
}

/** A connection whose other end has silently gone must not hold up the end. */
function cutAfterEnd(stream: Readable, ended: AbortSignal): AbortController {
  const over = new AbortController();
  const cut = () =>
    void sleep(patienceMs, undefined, { signal: over.signal }).then(
      () => stream.destroy(new Error("the log has no end")),
      () => undefined,
    );
  ended.addEventListener("abort", cut, { once: true, signal: over.signal });
  if (ended.aborted) cut();
  return over;
}
