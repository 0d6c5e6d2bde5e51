import { fromConnectError, internalErrorText, type Reason } from "@switchyard/errors";
import type { DialectEdge } from "../../http/dialect-edge.js";
import { frameworkStatus } from "../../http/framework-error.js";

/** The dialect's words for what went wrong, with their statuses. */
const statusOfWord = {
  invalid_json: 400,
  invalid_request: 400,
  unauthorized: 401,
  forbidden: 403,
  not_claim_holder: 403,
  not_found: 404,
  method_not_allowed: 405,
  stale_claim: 409,
  job_cancelled: 409,
  invalid_state: 409,
  already_exists: 409,
  payload_too_large: 413,
  dag_invalid: 422,
  dag_cycle: 422,
  internal_error: 500,
  unavailable: 503,
} as const;

/** A word for what went wrong. */
export type ErrorWord = keyof typeof statusOfWord;

/** An answer that is an error, in the dialect's words. */
export class SiloError extends Error {
  override readonly name = "SiloError";
  readonly word: ErrorWord;
  readonly status: number;
  /** More members of the body. */
  readonly facts: Readonly<Record<string, readonly string[]>>;
  readonly headers: Readonly<Record<string, string>>;

  constructor(word: ErrorWord, message: string, extra: Partial<Pick<SiloError, "facts" | "headers">> = {}) {
    super(message);
    this.word = word;
    this.status = statusOfWord[word];
    this.facts = extra.facts ?? {};
    // A 401 has to say how one authenticates, whoever throws it.
    this.headers = { ...(this.status === 401 ? { "WWW-Authenticate": "Bearer" } : {}), ...extra.headers };
  }
}

/** No token, or none that counts here. */
export const unauthorized = (message: string) => new SiloError("unauthorized", message);

/** The token is known and may not do this. */
export const forbidden = (message: string) => new SiloError("forbidden", message);

/** A value that the contract does not allow. */
export const invalidRequest = (message: string) => new SiloError("invalid_request", message);

/** More than is taken. */
export const tooLarge = (message: string) => new SiloError("payload_too_large", message);

/** There is no such thing. */
export const notFound = (what: string) => new SiloError("not_found", `${what} not found`);

/** There is no such job, or its id is none of this installation's. */
export const jobNotFound = (jobId: string) => notFound(`job ${jobId}`);

// What is not here is a fault of the gateway or of its credentials, and answered with 500.
const wordOfReason: Partial<Record<Reason, ErrorWord>> = {
  INVALID_ARGUMENT: "invalid_request",
  PAGE_TOKEN_INVALID: "invalid_request",
  MALFORMED_ID: "not_found",
  JOB_NOT_FOUND: "not_found",
  ATTEMPT_NOT_FOUND: "not_found",
  RUNNER_NOT_FOUND: "not_found",
  LOG_NOT_FOUND: "not_found",
  DOCUMENT_NOT_FOUND: "not_found",
  NAMESPACE_NOT_FOUND: "not_found",
  ALREADY_EXISTS: "already_exists",
  LEASE_LOST: "stale_claim",
  LOG_SEALED: "stale_claim",
  NOT_HOLDER: "not_claim_holder",
  NOT_CLAIMABLE: "invalid_state",
  ALREADY_FINISHED: "invalid_state",
  WRONG_STATE: "invalid_state",
  PRECONDITION_FAILED: "invalid_state",
  REVISION_MISMATCH: "invalid_state",
  REQUEST_ID_REUSED: "invalid_state",
  TOKEN_REVOKED: "invalid_state",
  PAYLOAD_TOO_LARGE: "payload_too_large",
  LOG_LIMIT_REACHED: "payload_too_large",
  RATE_LIMITED: "unavailable",
  QUOTA_EXCEEDED: "unavailable",
  DEADLINE_EXCEEDED: "unavailable",
  CANCELLED: "unavailable",
  SHUTTING_DOWN: "unavailable",
  OWNER_UNKNOWN: "unavailable",
  NOT_OWNER: "unavailable",
  SHARD_LOST: "unavailable",
  STORAGE_UNAVAILABLE: "unavailable",
  SERVICE_UNAVAILABLE: "unavailable",
};

/** Turns whatever a route threw into an answer. Texts of faults that nobody expected stay inside. */
export function toSiloError(error: unknown): SiloError {
  if (error instanceof SiloError) return error;
  const clientFault = frameworkStatus(error);
  if (clientFault === 404) return notFound("route");
  if (clientFault === 413) return tooLarge((error as Error).message);
  if (clientFault !== undefined) return invalidRequest((error as Error).message);
  const failure = fromConnectError(error);
  const word = wordOfReason[failure.reason];
  if (word === undefined) return new SiloError("internal_error", internalErrorText);
  if (word === "unavailable") return new SiloError(word, "the service is not available at the moment");
  return new SiloError(word, failure.message);
}

/** The dialect's words at its HTTP edge. */
export const edge: DialectEdge = {
  bodies: { maxBytes: 1024 ** 2, drainBytes: 32 * 1024 ** 2 },
  answerOf(error, requestId) {
    const { status, word, message, facts, headers } = toSiloError(error);
    return { status, headers, body: { error: word, message, request_id: requestId, ...facts } };
  },
  noRoute({ method, originalUrl }, allowed) {
    if (allowed.length === 0) return notFound(`route ${originalUrl.split("?", 1)[0]}`);
    const headers = { Allow: allowed.join(", ") };
    return new SiloError("method_not_allowed", `method ${method} is not allowed here`, { headers });
  },
  badUrl: () => invalidRequest("the URL cannot be decoded"),
};
