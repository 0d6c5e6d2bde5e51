import { createNotifier } from "../notifier.js";

/** Joins what several producers make for one reader. */
export interface Channel<T> {
  /** Adds an item; waits while the reader is behind. Settles at once when the reader has left. */
  put(item: T): Promise<void>;
  /** Says that nothing more comes, in order or with an error; what was added before is read first. */
  end(failure?: { readonly error: unknown }): void;
  /** Says that the reader has left. */
  abandon(): void;
  /** Reads to the end. Once only. */
  read(): AsyncGenerator<T>;
}

/** Makes a channel that holds a few items at most. */
export function createChannel<T>(capacity = 64): Channel<T> {
  const items: T[] = [];
  const added = createNotifier();
  const taken = createNotifier();
  let ended: { readonly failure?: { readonly error: unknown } } | undefined;
  let abandoned = false;
  return {
    async put(item) {
      while (items.length >= capacity && !abandoned) await taken.changed();
      if (abandoned) return;
      items.push(item);
      added.notify();
    },
    end(failure) {
      ended ??= failure === undefined ? {} : { failure };
      added.notify();
    },
    abandon() {
      abandoned = true;
      taken.notify();
    },
    async *read() {
      for (;;) {
        const batch = items.splice(0);
        taken.notify();
        yield* batch;
        if (items.length > 0) continue;
        if (ended === undefined) await added.changed();
        else if (ended.failure === undefined) return;
        else throw ended.failure.error;
      }
    },
  };
}
