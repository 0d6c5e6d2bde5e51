/** Wakes those who wait for a change of something that they look at themselves. */
export interface Notifier {
  /** Wakes everybody who waits now. */
  notify(): void;
  /** Settles at the next `notify`. */
  changed(): Promise<void>;
}

/** Makes a notifier. */
export function createNotifier(): Notifier {
  let waiting: (() => void)[] = [];
  return {
    notify() {
      if (waiting.length === 0) return;
      const woken = waiting;
      waiting = [];
      for (const wake of woken) wake();
    },
    changed: () => new Promise((resolve) => waiting.push(resolve)),
  };
}
