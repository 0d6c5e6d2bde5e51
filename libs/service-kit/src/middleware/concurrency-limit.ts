import { SwitchyardError } from "@switchyard/errors";
import type { RpcMiddleware, RpcNext } from "@switchyard/rpc";
import { findPrincipal } from "../auth/principal.js";

/** How much one principal may have going on at once. */
export interface ConcurrencyLimitOptions {
  /** Calls in flight per principal, streams and held calls included. */
  readonly perPrincipal: number;
  /** What refused callers are told to wait, in milliseconds. Default 1000. */
  readonly retryAfterMs?: number;
}

/** Refuses calls beyond the limit with RATE_LIMITED, so that one caller's flood does not harm others. Callers in the same process are exempt. */
export function createConcurrencyLimit({ perPrincipal, retryAfterMs = 1000 }: ConcurrencyLimitOptions): RpcMiddleware {
  const inFlight = new Map<string, number>();
  const limited = async (name: string, next: RpcNext): Promise<void> => {
    const before = inFlight.get(name) ?? 0;
    if (before >= perPrincipal) {
      const limit = String(perPrincipal);
      throw new SwitchyardError(
        "RATE_LIMITED",
        `${name} has ${limit} calls in flight already`,
        { limit },
        { retryAfterMs },
      );
    }
    inFlight.set(name, before + 1);
    try {
      await next();
    } finally {
      const left = (inFlight.get(name) ?? 1) - 1;
      if (left === 0) inFlight.delete(name);
      else inFlight.set(name, left);
    }
  };
  return ({ context }, next) => {
    const name = findPrincipal(context)?.name;
    return name === undefined || context.protocolName === "memory" ? next() : limited(name, next);
  };
}
