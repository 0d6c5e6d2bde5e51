import { fromConnectError, internalErrorText, type Reason } from "@switchyard/errors";
import type { DialectEdge } from "../../http/dialect-edge.js";
import { frameworkStatus } from "../../http/framework-error.js";
import { statusOfAbsence } from "../../core/status-of-absence.js";

/** The two forms of an answer that is an error. */
export type ErrorBody =
  | { readonly error: string; readonly details?: string; readonly resetTime?: number }
  | { readonly success: false; readonly message: string };

/** An answer that is an error, in the dialect's words. */
export class RunpackError extends Error {
  override readonly name = "RunpackError";
  readonly status: number;
  readonly body: ErrorBody;
  readonly headers: Readonly<Record<string, string>>;

  /** @param extra `cause` is what is logged, never shown */
  constructor(
    status: number,
    body: ErrorBody,
    extra: { readonly headers?: Readonly<Record<string, string>>; readonly cause?: unknown } = {},
  ) {
    super("error" in body ? body.error : body.message, { cause: extra.cause });
    this.status = status;
    this.body = body;
    this.headers = extra.headers ?? {};
  }
}

/** The request does not fit; `details` says how, where the words of the contract do not. */
export const badRequest = (error: string, details?: string) =>
  new RunpackError(400, { error, ...(details === undefined ? {} : { details }) });

/** What runners are told when an operation on a job is refused. */
export const refused = (status: number, message: string) => new RunpackError(status, { success: false, message });

/** A path that no route has, or a method that it does not take. */
export const notFound = () => new RunpackError(404, { error: "Not found" });

/** No job has this id. */
export const jobNotFound = () => new RunpackError(404, { error: "Job not found" });

/** The caller has taken all that it may in this window, which ends in so many milliseconds. */
export function rateLimited(resetAfterMs: number): RunpackError {
  const body = { error: "Rate limit exceeded", resetTime: Date.now() + resetAfterMs };
  return new RunpackError(429, body, { headers: { "Retry-After": String(Math.ceil(resetAfterMs / 1000)) } });
}

/** Of everything else that the core may say, the routes know what it means; or it is a fault, answered with 500. */
const statusOfReason: Partial<Record<Reason, number>> = {
  INVALID_ARGUMENT: 400,
  PAYLOAD_TOO_LARGE: 413,
  RATE_LIMITED: 503,
  QUOTA_EXCEEDED: 503,
  WRONG_STATE: 503,
  QUEUE_PAUSED: 503,
  ...statusOfAbsence,
};

/**
 * Turns whatever a route threw into an answer. Texts of faults that nobody expected stay inside.
 *
 * @param operation what failed, in the contract's words
 */
export function toRunpackError(error: unknown, operation = "Internal server error"): RunpackError {
  if (error instanceof RunpackError) return error;
  const clientFault = frameworkStatus(error);
  if (clientFault !== undefined) return new RunpackError(clientFault, { error: (error as Error).message });
  const failure = fromConnectError(error);
  const status = statusOfReason[failure.reason] ?? 500;
  if (status === 413) return new RunpackError(413, { error: failure.message });
  const details =
    status === 400
      ? failure.message
      : status === 503
        ? "The service is not available at the moment"
        : internalErrorText;
  return new RunpackError(status, { error: operation, details }, { cause: error });
}

/** The dialect's words at its HTTP edge. */
export const edge: DialectEdge = {
  // A console of 1,048,576 control characters takes 6 MiB as JSON, an output of 512,000 escaped characters 3 MB.
  bodies: { maxBytes: 10 * 1024 ** 2, drainBytes: 32 * 1024 ** 2 },
  answerOf(error) {
    const { status, body, headers } = toRunpackError(error);
    return { status, body, headers };
  },
  noRoute: notFound,
  badUrl: notFound,
};
