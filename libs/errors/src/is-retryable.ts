import { Code, ConnectError } from "@connectrpc/connect";
import { catalogue } from "./catalogue.js";
import { errorInfo } from "./from-connect-error.js";
import { SwitchyardError } from "./switchyard-error.js";

/**
 * Tells whether the same call may be made again after a moment. Where the server gave a reason, the catalogue decides.
 * Three errors come from transports instead and are as good as Unavailable:
 * - Unavailable itself;
 * - Canceled although the caller did not cancel: what an HTTP/2 client reports when the server process was killed;
 * - Internal with REFUSED_STREAM: the server was draining and says that it did not begin the call.
 *
 * @param signal the signal that the caller gave to the call; an aborted one means that the caller cancelled, so: no
 */
export function isRetryable(error: unknown, signal?: AbortSignal): boolean {
  if (signal?.aborted) return false;
  if (error instanceof SwitchyardError) {
    // The reason of a decoded error may be no more than a guess from its code: then the wire error decides.
    return error.cause instanceof ConnectError ? isRetryable(error.cause) : catalogue[error.reason].retryable;
  }
  if (!(error instanceof ConnectError)) return false;
  const info = errorInfo(error);
  if (info !== undefined) return catalogue[info.reason].retryable;
  if (error.code === Code.Internal) return error.rawMessage.includes("REFUSED_STREAM");
  return error.code === Code.Unavailable || error.code === Code.Canceled;
}
