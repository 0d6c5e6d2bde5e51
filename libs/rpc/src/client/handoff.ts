/** Passes messages from one producer to one reader, a few at a time. */
export interface Handoff<T> extends AsyncIterable<T> {
  /** Hands one message over; waits while the reader is behind. False: the reader will take nothing more. */
  put(message: T): Promise<boolean>;
  /** Says that nothing more will come, in order or with an error. What was handed over before is read first; the first end stays. */
  end(failure: { readonly error: unknown } | undefined): void;
  /** Ends at once with an error; what has not been read is dropped. */
  abort(error: unknown): void;
}

// As many as an object stream of Node holds, so that a handler runs ahead as far as it would over the wire.
const capacity = 16;

/** Makes a bounded handoff. */
export function createHandoff<T>(): Handoff<T> {
  const queue: T[] = [];
  let ended: { readonly failure: { readonly error: unknown } | undefined } | undefined;
  let wakeReader: (() => void) | undefined;
  let wakeProducer: (() => void) | undefined;

  const next = async (): Promise<IteratorResult<T>> => {
    for (;;) {
      const message = queue.shift();
      if (message !== undefined) {
        wakeProducer?.();
        return { done: false, value: message };
      }
      if (ended !== undefined) {
        if (ended.failure !== undefined) throw ended.failure.error;
        return { done: true, value: undefined };
      }
      await new Promise<void>((resolve) => {
        wakeReader = resolve;
      });
    }
  };

  return {
    async put(message) {
      while (queue.length >= capacity && ended === undefined) {
        await new Promise<void>((resolve) => {
          wakeProducer = resolve;
        });
      }
      if (ended !== undefined) return false;
      queue.push(message);
      wakeReader?.();
      return true;
    },
    end(failure) {
      if (ended !== undefined) return;
      ended = { failure };
      wakeReader?.();
      wakeProducer?.();
    },
    abort(error) {
      queue.length = 0;
      this.end({ error });
    },
    [Symbol.asyncIterator]: () => ({ next }),
  };
}
