/** Runs one look at a time; those who ask while one is under way share the next. */
export interface SharedLook {
  /** Resolves when a look that began after the call has ended. */
  refresh(): Promise<void>;
  /** Resolves when the look under way has ended. */
  idle(): Promise<void>;
}

/** @param look must not fail */
export function createSharedLook(look: () => Promise<void>): SharedLook {
  let looking: Promise<void> | undefined;
  let next: Promise<void> | undefined;

  function refresh(): Promise<void> {
    if (!looking) {
      looking = look().finally(() => (looking = undefined));
      return looking;
    }
    // The look under way may have passed what the caller wants to see.
    next ??= looking.then(() => {
      next = undefined;
      return refresh();
    });
    return next;
  }

  return {
    refresh,
    idle: () => looking ?? Promise.resolve(),
  };
}
