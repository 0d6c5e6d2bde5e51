import { ConnectError } from "@connectrpc/connect";
import { errorInfo, isRetryable, SwitchyardError } from "@switchyard/errors";

/** What a failed call says about what was done. */
export type Doneness = "nothing" | "unknown" | "answered";

/**
 * Judges the failure of a call that was routed: refused by a replica that is not the owner, or never sent, it can be made again by whoever routes it; cut
 * off on the way, only the caller can tell whether to repeat it. Every other failure is an answer.
 */
export function donenessOf(error: unknown): Doneness {
  if (error instanceof SwitchyardError) return error.reason === "NOT_OWNER" ? "nothing" : "answered";
  if (!(error instanceof ConnectError)) return "answered";
  const reason = errorInfo(error)?.reason;
  if (reason !== undefined) return reason === "NOT_OWNER" ? "nothing" : "answered";
  if (neverSent.test(error.rawMessage)) return "nothing";
  return isRetryable(error) ? "unknown" : "answered";
}

/**
 * How grpc-js says that there is no connection to send the call on, or that the server has not begun it. Source: its `picker.ts`, `load-balancer-round-robin.ts`,
 * `resolver-dns.ts` and `subchannel-call.ts`, 1.14.
 */
const neverSent = /No connection established|^Name resolution failed|REFUSED_STREAM/;

/** What the caller is told of a call that was cut off. */
export function cutOffBy(error: unknown, shard: number): SwitchyardError {
  return new SwitchyardError(
    "SHARD_LOST",
    "the owner of the shard went away while it worked; repeat the call",
    { shard: String(shard) },
    { cause: error, retryAfterMs: 100 },
  );
}

/** Where a refusal says that a namespace lives. */
export function placeIn(error: unknown): { readonly namespace: string; readonly shard: number } | undefined {
  const metadata = error instanceof ConnectError ? errorInfo(error)?.metadata : (error as SwitchyardError).metadata;
  const { namespace, shard } = metadata ?? {};
  return namespace !== undefined && shard !== undefined ? { namespace, shard: Number(shard) } : undefined;
}
