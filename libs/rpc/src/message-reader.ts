import type { Readable } from "node:stream";

/** How a stream of incoming messages ended: undefined for an orderly end. */
export type ReadEnd = { readonly error: unknown } | undefined;

/** Reads messages from a grpc-js stream one by one. */
export interface MessageReader<T> extends AsyncIterable<T> {
  /** Says that nothing more will come. Messages that have already come are handed out first. */
  finish(end: ReadEnd): void;
}

/**
 * Reads a grpc-js stream without its async iterator, which destroys the whole duplex when reading ends, writing side
 * included. Leaving the loop early leaves the stream as it is. Reading is demand-driven, so flow control reaches the peer.
 *
 * @param check turns what came off the stream into a message, or throws
 */
export function createMessageReader<T>(stream: Readable, check: (raw: unknown) => T): MessageReader<T> {
  let wake: (() => void) | undefined;
  let finished: { readonly end: ReadEnd } | undefined;
  const arrived = () => {
    wake?.();
    wake = undefined;
  };
  stream.on("readable", arrived);

  const next = async (): Promise<IteratorResult<T>> => {
    for (;;) {
      const raw: unknown = stream.read();
      if (raw !== null) return { done: false, value: check(raw) };
      if (finished !== undefined) {
        if (finished.end !== undefined) throw finished.end.error;
        return { done: true, value: undefined };
      }
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };

  return {
    finish(end) {
      finished ??= { end };
      arrived();
    },
    [Symbol.asyncIterator]: () => ({ next }),
  };
}
