/** Messages that have arrived, for one reader. */
export interface Inbox<T> extends AsyncIterable<T> {
  put(message: T): void;
  /** Nothing more comes; with an error unless it is undefined. What has arrived is read first. */
  end(error: unknown): void;
}

/** Makes an empty inbox. */
export function createInbox<T>(): Inbox<T> {
  const arrived: T[] = [];
  let ended: { readonly error: unknown } | undefined;
  let wake: (() => void) | undefined;

  async function next(): Promise<IteratorResult<T>> {
    for (;;) {
      const message = arrived.shift();
      if (message !== undefined) return { done: false, value: message };
      if (ended?.error !== undefined) throw ended.error as Error;
      if (ended) return { done: true, value: undefined };
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  }
  return {
    put(message) {
      arrived.push(message);
      wake?.();
    },
    end(error) {
      ended ??= { error };
      wake?.();
    },
    [Symbol.asyncIterator]: () => ({ next }),
  };
}
