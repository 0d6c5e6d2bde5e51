/** Calls a flush as often as there is something to flush, one at a time. */
export interface FlushLoop {
  /** Says that there is something. */
  kick(): void;
}

/**
 * Makes a loop in which the next call carries whatever gathered while the previous one was on its way: no timer delays a
 * single item, and many items become few calls.
 *
 * @param flush sends what there is; answers whether it sent anything. Never rejects
 */
export function createFlushLoop(flush: () => Promise<boolean>): FlushLoop {
  let running = false;
  let kicked = false;
  const run = async () => {
    while (kicked) {
      // After the caller's turn, so that items of one turn share a call.
      await Promise.resolve();
      kicked = false;
      while (await flush());
    }
    running = false;
  };
  return {
    kick() {
      kicked = true;
      if (running) return;
      running = true;
      void run();
    },
  };
}
