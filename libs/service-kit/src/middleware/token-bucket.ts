/** A steady rate with a burst. */
export interface TokenBucketOptions {
  /** What is let through each second in the long run. */
  readonly perSecond: number;
  /** What is let through at once after a pause. Default: twice the rate. */
  readonly burst?: number;
  /** A clock that rises steadily, in milliseconds. Default: the machine's. */
  readonly nowMs?: () => number;
}

/** Lets through so many a second. */
export interface TokenBucket {
  /** Takes one if there is one and returns 0; else takes none and returns after how many milliseconds there will be one. */
  take(): number;
  /** Whether it is as full as at first, so that a new one would behave alike. */
  readonly full: boolean;
}

/** Creates a full bucket. */
export function createTokenBucket({
  perSecond,
  burst = 2 * perSecond,
  nowMs = () => performance.now(),
}: TokenBucketOptions): TokenBucket {
  let left = burst;
  let atMs = nowMs();
  const refill = () => {
    const now = nowMs();
    left = Math.min(burst, left + ((now - atMs) * perSecond) / 1000);
    atMs = now;
  };
  return {
    take() {
      refill();
      if (left < 1) return Math.ceil(((1 - left) * 1000) / perSecond);
      left -= 1;
      return 0;
    },
    get full() {
      refill();
      return left >= burst;
    },
  };
}
