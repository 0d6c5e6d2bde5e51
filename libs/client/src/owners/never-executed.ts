import { Code, ConnectError } from "@connectrpc/connect";
import { errorInfo, isRetryable } from "@switchyard/errors";

/**
 * Tells whether a failed call is known to have changed nothing, whatever its method: whoever was asked does not own the shard, or the call never
 * left this process, or the server's connection refused it.
 */
export function wasNeverExecuted(error: unknown): boolean {
  if (!(error instanceof ConnectError)) return false;
  const info = errorInfo(error);
  if (info !== undefined) return info.reason === "NOT_OWNER";
  // The words of grpc-js: a channel without a connection or an address, and HTTP/2's code of a stream that was not begun.
  if (error.code === Code.Unavailable)
    return /No connection established|Name resolution failed|REFUSED_STREAM/.test(error.rawMessage);
  return error.code === Code.Internal && error.rawMessage.includes("REFUSED_STREAM");
}

/** Tells whether a call failed because nobody answers there, or another replica would have to. Full is neither. */
export function pointsElsewhere(error: unknown, signal: AbortSignal | undefined): boolean {
  return isRetryable(error, signal) && ConnectError.from(error).code !== Code.ResourceExhausted;
}
