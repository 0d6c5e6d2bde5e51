import { setImmediate } from "node:timers/promises";
import type { WebSocket } from "@fastify/websocket";

/** How messages are sent over a WebSocket. */
export interface SendMessagesOptions {
  /** Opens the source of texts; the signal fires when nobody reads any more, or the server ends. */
  readonly open: (signal: AbortSignal) => AsyncIterable<string>;
  /** Fires when the server ends. */
  readonly stopping: AbortSignal;
  /** Answers a text of the client's; undefined is no answer. Default: none. */
  readonly answer?: (text: string) => string | undefined;
  /** A reader that falls so many bytes behind is cut off. Default 1 MiB. */
  readonly maxBehindBytes?: number;
  /** How often the client is asked whether it is there, in milliseconds; one that does not answer is cut off. Default 30 s. */
  readonly pingMs?: number;
}

/** Codes of RFC 6455 and its registry. */
const closeCodes = { done: 1000, goingAway: 1001, failed: 1011, tooSlow: 1013 } as const;
/** How long a client may take to answer the close at the server's end, in milliseconds. */
const lastWordsMs = 2_000;

/**
 * Sends what a source gives as text frames, until it ends; then closes with 1000. Nothing waits for a slow reader: one that
 * falls too far behind is closed with 1013. A source that fails closes with 1011, the end of the server with 1001. Never
 * rejects.
 */
export async function sendMessages(socket: WebSocket, options: SendMessagesOptions): Promise<void> {
  const { open, stopping, answer, maxBehindBytes = 1024 ** 2, pingMs = 30_000 } = options;
  const over = new AbortController();
  let answered = true;
  let cut: NodeJS.Timeout | undefined;

  const close = (code: number) => {
    over.abort();
    socket.close(code);
  };
  const onStopping = () => {
    close(closeCodes.goingAway);
    cut = setTimeout(() => socket.terminate(), lastWordsMs);
  };
  const pings = setInterval(() => {
    if (!answered) return socket.terminate();
    answered = false;
    socket.ping();
  }, pingMs);
  socket.on("pong", () => {
    answered = true;
  });
  socket.on("message", (data, isBinary) => {
    const text = isBinary || over.signal.aborted ? undefined : answer?.(String(data));
    if (text === undefined) return;
    socket.send(text);
    // A client that asks without reading is a slow reader too.
    if (socket.bufferedAmount > maxBehindBytes) close(closeCodes.tooSlow);
  });
  // What is wrong with the connection ends it, which is all that matters here.
  socket.on("error", () => socket.terminate());
  socket.once("close", () => {
    over.abort();
    clearInterval(pings);
    clearTimeout(cut);
    stopping.removeEventListener("abort", onStopping);
  });
  if (stopping.aborted) onStopping();
  stopping.addEventListener("abort", onStopping, { once: true });

  try {
    for await (const text of open(over.signal)) {
      if (over.signal.aborted) return;
      socket.send(text);
      if (await isBehind(socket, maxBehindBytes)) return close(closeCodes.tooSlow);
    }
    if (!over.signal.aborted) close(closeCodes.done);
  } catch {
    // A source that ends because nobody reads any more has not failed.
    if (!over.signal.aborted) close(closeCodes.failed);
  }
}

/** A burst is not counted before the system has had the chance to take it. */
async function isBehind(socket: WebSocket, maxBytes: number): Promise<boolean> {
  if (socket.bufferedAmount <= maxBytes) return false;
  await setImmediate();
  return socket.bufferedAmount > maxBytes;
}
