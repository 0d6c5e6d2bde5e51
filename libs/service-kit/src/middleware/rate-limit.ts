import { SwitchyardError } from "@switchyard/errors";
import type { RpcMiddleware } from "@switchyard/rpc";
import { findPrincipal } from "../auth/principal.js";
import { createTokenBucket, type TokenBucket } from "./token-bucket.js";

/** How often one principal may call. */
export interface RateLimitOptions {
  /** Calls per second and principal in the long run; twice as many at once after a pause. */
  readonly callsPerSecond: number;
  /** A clock that rises steadily, in milliseconds. Default: the machine's. */
  readonly nowMs?: () => number;
}

/** Buckets that are kept without a look at which of them have filled up again. */
const sweepFrom = 1_000;

/**
 * Refuses what a principal calls beyond its rate, with RATE_LIMITED and when to come back. Each replica counts for itself.
 * Callers in the same process are exempt, and those that were not recognised have been refused before: memory is held for
 * known principals only, and for none that has been quiet for two seconds.
 */
export function createRateLimit({ callsPerSecond, nowMs = () => performance.now() }: RateLimitOptions): RpcMiddleware {
  const buckets = new Map<string, TokenBucket>();
  let sweepAt = sweepFrom;
  const sweep = () => {
    for (const [name, bucket] of buckets) if (bucket.full) buckets.delete(name);
    // Not before as many again have come, so that each pays for a constant part of the sweeps.
    sweepAt = Math.max(sweepFrom, 2 * buckets.size);
  };
  return ({ context }, next) => {
    const name = findPrincipal(context)?.name;
    if (name === undefined || context.protocolName === "memory") return next();
    let bucket = buckets.get(name);
    if (bucket === undefined) {
      if (buckets.size >= sweepAt) sweep();
      bucket = createTokenBucket({ perSecond: callsPerSecond, nowMs });
      buckets.set(name, bucket);
    }
    const retryAfterMs = bucket.take();
    if (retryAfterMs === 0) return next();
    const limit = String(callsPerSecond);
    throw new SwitchyardError("RATE_LIMITED", `${name} may call ${limit} times a second`, { limit }, { retryAfterMs });
  };
}
