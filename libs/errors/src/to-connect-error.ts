import { create } from "@bufbuild/protobuf";
import { DurationSchema } from "@bufbuild/protobuf/wkt";
import { ConnectError } from "@connectrpc/connect";
import { ErrorInfoSchema, RetryInfoSchema } from "@switchyard/proto/google/rpc/error_details_pb";
import { catalogue } from "./catalogue.js";
import { SwitchyardError } from "./switchyard-error.js";

/** The domain under which our reasons stand in `google.rpc.ErrorInfo`. */
export const errorDomain = "switchyard";

/** The only text that callers get to see of an error that nobody expected. */
export const internalErrorText = "internal error";

/**
 * Turns whatever a handler threw into the error that goes over the wire. Expected failures keep their message and
 * carry `ErrorInfo` (and `RetryInfo`); abort errors become Canceled or DeadlineExceeded; everything else is hidden
 * behind a fixed text, with the original as `cause` for the log.
 *
 * @param signal the call's own signal: once it is aborted, an abort error stands for its reason (deadline, caller gone, shutdown)
 */
export function toConnectError(error: unknown, signal?: AbortSignal): ConnectError {
  if (error instanceof ConnectError) return error;
  if (error instanceof SwitchyardError) return fromSwitchyardError(error);
  if (isAbort(error)) {
    const reason: unknown = signal?.aborted ? signal.reason : undefined;
    if (reason instanceof ConnectError || reason instanceof SwitchyardError) return toConnectError(reason);
    return error.name === "TimeoutError"
      ? fromSwitchyardError(new SwitchyardError("DEADLINE_EXCEEDED", "the operation timed out", {}, { cause: error }))
      : fromSwitchyardError(new SwitchyardError("CANCELLED", "the operation was cancelled", {}, { cause: error }));
  }
  return fromSwitchyardError(new SwitchyardError("INTERNAL", internalErrorText, {}, { cause: error }), error);
}

function fromSwitchyardError(error: SwitchyardError, cause: unknown = error): ConnectError {
  const wire = new ConnectError(error.message, catalogue[error.reason].code, undefined, undefined, cause);
  const info = create(ErrorInfoSchema, { reason: error.reason, domain: errorDomain, metadata: { ...error.metadata } });
  wire.details.push({ desc: ErrorInfoSchema, value: info });
  if (error.retryAfterMs !== undefined) {
    wire.details.push({ desc: RetryInfoSchema, value: { retryDelay: durationFromMs(error.retryAfterMs) } });
  }
  return wire;
}

function isAbort(error: unknown): error is Error {
  return error instanceof Error && (error.name === "AbortError" || error.name === "TimeoutError");
}

function durationFromMs(ms: number) {
  const whole = Math.max(0, Math.ceil(ms));
  return create(DurationSchema, { seconds: BigInt(Math.floor(whole / 1000)), nanos: (whole % 1000) * 1_000_000 });
}
