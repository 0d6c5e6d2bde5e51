/** A background duty. */
export interface Loop {
  /** Returns when it runs in the background. A second call does nothing. */
  start(): void;
  /** Returns when it has really ended. A second call waits for the same. */
  stop(): Promise<void>;
  /** Does the duty once, now. */
  runOnce(): Promise<void>;
}

/**
 * Does a duty again and again. Rounds never overlap; a failed one is told and the next one comes at its time.
 *
 * @param intervalMs from the end of a round to the next one
 */
export function repeat(intervalMs: number, runOnce: () => Promise<void>, onError: (error: unknown) => void): Loop {
  let timer: NodeJS.Timeout | undefined;
  let round: Promise<void> = Promise.resolve();
  let running = false;

  const schedule = () => {
    if (!running) return;
    timer = setTimeout(() => {
      round = runOnce().catch(onError).then(schedule);
    }, intervalMs);
    timer.unref();
  };
  return {
    start() {
      if (running) return;
      running = true;
      schedule();
    },
    async stop() {
      running = false;
      clearTimeout(timer);
      await round;
    },
    runOnce,
  };
}
