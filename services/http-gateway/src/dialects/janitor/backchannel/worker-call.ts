import { type GuardedAnswer, guardedRequest } from "@switchyard/guarded-http";
import type { JanitorContext } from "../context.js";
import type { Backchannel } from "../runs/claim-info.js";

/** What a call to a worker may be. */
export interface WorkerCall {
  readonly method?: "GET" | "POST";
  /** Below the worker's own URL, without a slash in front. */
  readonly path: string;
  readonly accept: string;
  /** The largest answer, in bytes. */
  readonly maxBytes: number;
}

/**
 * Calls a worker at the URL that it named. Where that leads is checked when it is connected to.
 *
 * @throws Error when it cannot be reached, may not be called, or answers too slowly or too much
 */
export async function callWorker(
  { config, mayCall, stopping }: Pick<JanitorContext, "config" | "mayCall" | "stopping">,
  { url }: Backchannel,
  { method = "GET", path, accept, maxBytes }: WorkerCall,
): Promise<GuardedAnswer> {
  const base = url.endsWith("/") ? url : `${url}/`;
  return guardedRequest(new URL(path, base), {
    method,
    headers: { accept },
    maxBytes,
    signal: AbortSignal.any([stopping, AbortSignal.timeout(config.backchannelTimeoutMs)]),
    isAllowed: mayCall,
  });
}
