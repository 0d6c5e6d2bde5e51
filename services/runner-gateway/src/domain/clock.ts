/** The two clocks of a process; replaced in tests. */
export interface Clock {
  /** Rises steadily; for spans of time. Milliseconds from an arbitrary moment. */
  readonly monotonicMs: () => number;
  /** Milliseconds since 1970; for what is written down. */
  readonly wallMs: () => number;
}

/** The clocks of the machine. */
export const systemClock: Clock = {
  monotonicMs: () => performance.now(),
  wallMs: () => Date.now(),
};
