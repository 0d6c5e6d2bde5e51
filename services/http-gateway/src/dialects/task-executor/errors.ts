import { fromConnectError, internalErrorText, type Reason } from "@switchyard/errors";
import type { DialectEdge } from "../../http/dialect-edge.js";
import { frameworkStatus } from "../../http/framework-error.js";
import { statusOfAbsence } from "../../core/status-of-absence.js";

/** One finding of a validation. */
export interface FieldError {
  /** Where: `["body", "parameters", "max_steps"]`. */
  readonly loc: readonly (string | number)[];
  readonly msg: string;
  readonly type: string;
}

/** An answer that is an error, in the dialect's words. */
export class TaskExecutorError extends Error {
  override readonly name = "TaskExecutorError";
  readonly status: number;
  readonly type: string;
  readonly errors: readonly FieldError[] | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    detail: string,
    extra: { readonly errors?: readonly FieldError[]; readonly headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(detail);
    this.status = status;
    this.type = typeOfStatus[status] ?? "internal_error";
    this.errors = extra.errors;
    this.headers = extra.headers ?? {};
  }
}

const typeOfStatus: Readonly<Record<number, string>> = {
  400: "bad_request",
  401: "unauthorized",
  404: "not_found",
  405: "method_not_allowed",
  409: "conflict",
  413: "payload_too_large",
  422: "validation_error",
  426: "upgrade_required",
  429: "rate_limited",
  503: "service_unavailable",
};

/** The task is not there, or its id is none of this installation's. */
export const taskNotFound = (taskId: string) => new TaskExecutorError(404, `Task ${taskId} not found`);

/** No worker has this id. */
export const workerNotFound = (workerId: string) => new TaskExecutorError(404, `Worker ${workerId} not found`);

/** The path is known and the method is not. */
export const methodNotAllowed = (method: string, allowed: readonly string[]) =>
  new TaskExecutorError(405, `Method ${method} is not allowed here`, { headers: { Allow: allowed.join(", ") } });

/** The operator's token is missing or another one. */
export const unauthorized = () =>
  new TaskExecutorError(401, "A valid bearer token is required", { headers: { "WWW-Authenticate": "Bearer" } });

/** This client has made more requests than the operator allows. */
export const rateLimited = (waitMs: number) =>
  new TaskExecutorError(429, "Too many requests", { headers: { "Retry-After": String(Math.ceil(waitMs / 1000)) } });

/** The path is a WebSocket's. */
export const upgradeRequired = () =>
  new TaskExecutorError(426, "This is a WebSocket: ask for an upgrade", {
    headers: { Upgrade: "websocket", Connection: "Upgrade" },
  });

/** The pool is not as it was ordered in time; it is still being changed. */
export const poolNotReached = () =>
  new TaskExecutorError(503, "The workers have not reached the new number yet; it is still wanted");

/** The request does not fit the contract; `errors` says where. */
export function validationError(errors: readonly FieldError[]): TaskExecutorError {
  const first = errors[0];
  const detail = first === undefined ? "Validation failed" : `${first.loc.join(".")}: ${first.msg}`;
  return new TaskExecutorError(422, detail, { errors });
}

// What is not here is a fault of the gateway or of its credentials, and answered with 500.
const statusOfReason: Partial<Record<Reason, number>> = {
  INVALID_ARGUMENT: 422,
  PAGE_TOKEN_INVALID: 422,
  MALFORMED_ID: 404,
  JOB_NOT_FOUND: 404,
  ATTEMPT_NOT_FOUND: 404,
  RUNNER_NOT_FOUND: 404,
  LOG_NOT_FOUND: 404,
  NAMESPACE_NOT_FOUND: 404,
  REQUEST_ID_REUSED: 409,
  ALREADY_EXISTS: 409,
  LEASE_LOST: 409,
  NOT_HOLDER: 409,
  NOT_CLAIMABLE: 409,
  ALREADY_FINISHED: 409,
  WRONG_STATE: 409,
  PRECONDITION_FAILED: 409,
  REVISION_MISMATCH: 409,
  LOG_SEALED: 409,
  RUNNER_DRAINING: 409,
  QUEUE_PAUSED: 409,
  PAYLOAD_TOO_LARGE: 413,
  LOG_LIMIT_REACHED: 413,
  RATE_LIMITED: 429,
  QUOTA_EXCEEDED: 429,
  RUNNER_BUSY: 429,
  ...statusOfAbsence,
};

/** Turns whatever a route threw into an answer. Texts of faults that nobody expected stay inside. */
export function toTaskExecutorError(error: unknown): TaskExecutorError {
  if (error instanceof TaskExecutorError) return error;
  const clientFault = frameworkStatus(error);
  if (clientFault !== undefined) return new TaskExecutorError(clientFault, (error as Error).message);
  const failure = fromConnectError(error);
  const status = statusOfReason[failure.reason];
  if (status === undefined) return new TaskExecutorError(500, internalErrorText);
  if (status === 503) return new TaskExecutorError(503, "The service is not available at the moment");
  if (status === 422)
    return validationError([{ loc: [failure.metadata.field ?? "body"], msg: failure.message, type: "value_error" }]);
  const retryAfter = String(Math.ceil((failure.retryAfterMs ?? 1000) / 1000));
  return new TaskExecutorError(
    status,
    failure.message,
    status === 429 ? { headers: { "Retry-After": retryAfter } } : {},
  );
}

/** The dialect's words at its HTTP edge. */
export const edge: DialectEdge = {
  bodies: { maxBytes: 1024 ** 2 },
  answerOf(error, requestId) {
    const { status, message: detail, type, errors, headers } = toTaskExecutorError(error);
    const body = { detail, type, request_id: requestId, ...(errors === undefined ? {} : { errors }) };
    return { status, headers, body };
  },
  noRoute({ method, originalUrl }, allowed) {
    if (allowed.length > 0) return methodNotAllowed(method, allowed);
    return new TaskExecutorError(404, `No route ${originalUrl.split("?", 1)[0]}`);
  },
  badUrl: () => new TaskExecutorError(422, "The URL cannot be decoded"),
};
