import { ConnectError } from "@connectrpc/connect";
import { ErrorInfoSchema, RetryInfoSchema } from "@switchyard/proto/google/rpc/error_details_pb";
import { reasonFromCode } from "./catalogue.js";
import { isReason, type Reason } from "./reason.js";
import { SwitchyardError } from "./switchyard-error.js";
import { errorDomain, internalErrorText } from "./to-connect-error.js";

/**
 * Turns an error that a client caught into our own kind, with the reason that the server gave. An error without a
 * reason of ours gets the one nearest to its code; anything that is not an RPC error becomes `INTERNAL` with the
 * original as `cause`.
 */
export function fromConnectError(error: unknown): SwitchyardError {
  if (error instanceof SwitchyardError) return error;
  if (error instanceof ConnectError) {
    const info = errorInfo(error);
    const retryAfterMs = retryDelayMs(error);
    const options = retryAfterMs === undefined ? { cause: error } : { cause: error, retryAfterMs };
    return new SwitchyardError(info?.reason ?? reasonFromCode(error.code), error.rawMessage, info?.metadata, options);
  }
  const reason = reasonOf(error);
  const message = reason === "INTERNAL" ? internalErrorText : (error as Error).message;
  return new SwitchyardError(reason, message, {}, { cause: error });
}

/** The reason of any caught error; `INTERNAL` for what is neither ours nor an RPC error nor an abort. */
export function reasonOf(error: unknown): Reason {
  if (error instanceof SwitchyardError) return error.reason;
  if (error instanceof ConnectError) return errorInfo(error)?.reason ?? reasonFromCode(error.code);
  if (error instanceof Error && error.name === "AbortError") return "CANCELLED";
  if (error instanceof Error && error.name === "TimeoutError") return "DEADLINE_EXCEEDED";
  return "INTERNAL";
}

/** Our own `ErrorInfo` of an RPC error, if it has one with a reason that this version knows. */
export function errorInfo(
  error: ConnectError,
): { readonly reason: Reason; readonly metadata: Record<string, string> } | undefined {
  for (const info of error.findDetails(ErrorInfoSchema)) {
    if (info.domain === errorDomain && isReason(info.reason)) return { reason: info.reason, metadata: info.metadata };
  }
  return undefined;
}

function retryDelayMs(error: ConnectError): number | undefined {
  const delay = error.findDetails(RetryInfoSchema)[0]?.retryDelay;
  return delay === undefined ? undefined : Number(delay.seconds) * 1000 + delay.nanos / 1_000_000;
}
