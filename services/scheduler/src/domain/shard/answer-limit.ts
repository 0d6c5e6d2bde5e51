const leastMs = 1_000;
const mostMs = 5_000;

/** How long a replica waits for the answer to a statement by which it takes a shard or gives it away, ms: none waits for locks longer than half a second. */
export const takeLimitMs = 5_000;

/**
 * How long a replica waits for the answer to a statement that its shards hang on, ms: the renewal of a lease, a look at the rows of shards and replicas. Half a lease, so
 * that a renewal on a connection that has died without a sign can be repeated on another one in time; bounded, for very short and very long leases.
 */
export function answerLimitMs(leaseMs: number): number {
  return Math.min(mostMs, Math.max(leastMs, leaseMs / 2));
}
