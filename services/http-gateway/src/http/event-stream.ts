import { Readable } from "node:stream";
import type { FastifyReply } from "fastify";

/** One server-sent event. */
export interface StreamEvent {
  /** The event's name; unset is the default, `message`. */
  readonly event?: string;
  /** What the client names when it comes back; one line. */
  readonly id?: string;
  /** The text, of any number of lines. */
  readonly data: string;
}

/** Whole events as `eventText` writes them, as text or in UTF-8: for sources whose readers are many, or whose events come many at a time. */
export interface EncodedEvents {
  readonly frames: string | Uint8Array;
}

/** How a stream of events is sent. */
export interface EventStreamOptions {
  /** Opens the source; the signal fires when nobody reads any more, or the server ends. */
  readonly open: (signal: AbortSignal) => AsyncIterable<StreamEvent | EncodedEvents>;
  /** Fires when the server ends. */
  readonly stopping: AbortSignal;
  /** After so many silent milliseconds a comment line tells proxies that the stream lives. Default 15 s. */
  readonly heartbeatMs?: number;
}

/**
 * Answers with server-sent events, as fast as the client reads and no faster: a source is asked for its next event only
 * when the last one has left. A source that fails cuts the connection, so that the client comes back; one that ends, ends
 * the answer. Refusals belong before this call: the status goes out at once.
 */
export function sendEvents(
  reply: FastifyReply,
  { open, stopping, heartbeatMs = 15_000 }: EventStreamOptions,
): FastifyReply {
  const over = new AbortController();
  const end = () => over.abort();
  if (stopping.aborted || reply.raw.destroyed) end();
  stopping.addEventListener("abort", end, { once: true });
  reply.raw.once("close", () => {
    stopping.removeEventListener("abort", end);
    end();
  });
  return reply
    .type("text/event-stream; charset=utf-8")
    .headers({ "Cache-Control": "no-cache, no-transform", "X-Accel-Buffering": "no" })
    .send(Readable.from(frames(open(over.signal), over.signal, heartbeatMs), { objectMode: false, highWaterMark: 1 }));
}

/** Writes an event as the standard says; a carriage return ends a line there too. */
export function eventText({ event, id, data }: StreamEvent): string {
  const lines = data.split(/\r\n|\r|\n/).map((line) => `data: ${line}\n`);
  return `${id === undefined ? "" : `id: ${id}\n`}${event === undefined ? "" : `event: ${event}\n`}${lines.join("")}\n`;
}

async function* frames(
  source: AsyncIterable<StreamEvent | EncodedEvents>,
  signal: AbortSignal,
  heartbeatMs: number,
): AsyncGenerator<string | Uint8Array> {
  const events = source[Symbol.asyncIterator]();
  // Headers leave with the first byte, and a client that waits for them must not wait for the first event.
  yield ": open\n\n";
  try {
    let next = events.next();
    for (;;) {
      const found = await withinMs(next, heartbeatMs, signal);
      if (signal.aborted) return;
      if (found === undefined) {
        yield ": alive\n\n";
        continue;
      }
      if (found.done === true) return;
      yield "frames" in found.value ? found.value.frames : eventText(found.value);
      next = events.next();
    }
  } catch (error) {
    // A source that ends because nobody reads any more has not failed.
    if (!signal.aborted) throw error;
  } finally {
    // Not awaited: a source that waits for something ends by its signal.
    events.return?.()?.catch(() => undefined);
  }
}

/** What the promise gives; undefined after so many milliseconds, or once the signal fires. */
function withinMs<T>(promise: Promise<T>, ms: number, signal: AbortSignal): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const settle = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", give);
    };
    const give = () => {
      settle();
      resolve(undefined);
    };
    const timer = setTimeout(give, ms);
    signal.addEventListener("abort", give, { once: true });
    if (signal.aborted) give();
    promise.then(resolve, reject).finally(settle);
  });
}
