/** A timer under way. */
export interface Timer {
  /** Does not keep the process alive. */
  unref(): unknown;
}

/** Where a process's time comes from. The methods need no `this`, so that a clock can be spread to change one of them. */
export interface Clock {
  /** Whole milliseconds since 1970; never goes back within a process, whatever the machine's wall clock does. */
  readonly now: () => number;
  /** Milliseconds from an arbitrary moment; rises steadily. For spans of time. */
  readonly monotonicMs: () => number;
  /** Milliseconds since 1970 as the machine says, which may be set back. For what others compare with their own. */
  readonly wallMs: () => number;
  /** Calls back once, `ms` milliseconds from now. */
  readonly setTimeout: (callback: () => void, ms: number) => Timer;
  /** Ends a timer of `setTimeout`; one that is over, or none, is fine. */
  readonly clearTimeout: (timer: Timer | undefined) => void;
  /** Calls back every `ms` milliseconds. */
  readonly setInterval: (callback: () => void, ms: number) => Timer;
  /** Ends a timer of `setInterval`; none is fine. */
  readonly clearInterval: (timer: Timer | undefined) => void;
  /** Calls back at the end of the present turn of the event loop. */
  readonly setImmediate: (callback: () => void) => Timer;
  /** Takes a `setImmediate` back; one that is over, or none, is fine. */
  readonly clearImmediate: (timer: Timer | undefined) => void;
}
