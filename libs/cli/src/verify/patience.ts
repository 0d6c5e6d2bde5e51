/** How long a difference must last before it is told. */
export interface Patience {
  /** Times that it is looked at again. */
  readonly rounds: number;
  /** Waits before that. */
  settle(): Promise<void>;
}

/** Looks twice more, a second apart: an event is told within milliseconds of what it tells of. */
export function createPatience(signal: AbortSignal): Patience {
  return {
    rounds: 2,
    settle: () =>
      new Promise<void>((resolve, reject) => {
        signal.throwIfAborted();
        const stop = () => {
          clearTimeout(timer);
          reject(signal.reason);
        };
        const timer = setTimeout(() => {
          signal.removeEventListener("abort", stop);
          resolve();
        }, 1_000);
        signal.addEventListener("abort", stop, { once: true });
      }),
  };
}
