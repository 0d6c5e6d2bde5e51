/** Lets any number of waiters know that something has changed. */
export interface Bell {
  ring(): void;
  /** Settles at the next ring. */
  rung(): Promise<void>;
}

/** Makes a bell. */
export function createBell(): Bell {
  let waiters: (() => void)[] = [];
  return {
    ring() {
      const all = waiters;
      waiters = [];
      for (const waiter of all) waiter();
    },
    rung: () => new Promise((resolve) => waiters.push(resolve)),
  };
}
