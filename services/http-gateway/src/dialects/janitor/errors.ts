import { fromConnectError, internalErrorText, type Reason } from "@switchyard/errors";
import type { DialectEdge, ErrorAnswer } from "../../http/dialect-edge.js";
import { frameworkStatus } from "../../http/framework-error.js";
import { statusOfAbsence } from "../../core/status-of-absence.js";

/** An answer that is an error. Its body is `{"reason": ...}`, unless the route's contract has another. */
export class JanitorError extends Error {
  override readonly name = "JanitorError";
  readonly answer: ErrorAnswer;

  constructor(status: number, reason: string, answer: Partial<ErrorAnswer> = {}) {
    super(reason);
    this.answer = { status, body: { reason }, ...answer };
  }
}

/** A value that the contract does not allow. */
export const badRequest = (reason: string) => new JanitorError(400, reason);

/** There is no such thing. */
export const notFound = (reason: string) => new JanitorError(404, reason);

/** There is no such run, or it is over. Workers read `reason`, and stop repeating. */
export const noSuchRun = (runId: string) => notFound(`no such run ${runId}`);

/** Nothing can be assigned; the text is compared by workers. */
export const queueEmpty = () => new JanitorError(503, "queue empty");

/** Too many calls. @param seconds when to come back */
export const tooManyCalls = (seconds: number) =>
  new JanitorError(429, "too many requests", { headers: { "Retry-After": String(Math.max(1, Math.ceil(seconds))) } });

/** The words of a missing or wrong worker login, in the clear text that upstream sends. */
export const loginText = "worker login required";

/** The header that asks a worker for its login. */
export const loginHeaders = { "WWW-Authenticate": 'Basic Realm="Janitor"' } as const;

const statusOfReason: Partial<Record<Reason, number>> = {
  INVALID_ARGUMENT: 400,
  PAGE_TOKEN_INVALID: 400,
  MALFORMED_ID: 404,
  JOB_NOT_FOUND: 404,
  ATTEMPT_NOT_FOUND: 404,
  DOCUMENT_NOT_FOUND: 404,
  ARTIFACT_NOT_FOUND: 404,
  LOG_NOT_FOUND: 404,
  NAMESPACE_NOT_FOUND: 404,
  LEASE_LOST: 404,
  NOT_HOLDER: 404,
  ALREADY_FINISHED: 404,
  PAYLOAD_TOO_LARGE: 413,
  ALREADY_EXISTS: 409,
  REVISION_MISMATCH: 409,
  PRECONDITION_FAILED: 409,
  RATE_LIMITED: 503,
  QUOTA_EXCEEDED: 503,
  ...statusOfAbsence,
};

/** Turns whatever a route threw into an answer. Texts of faults that nobody expected stay inside. */
function toAnswer(error: unknown): ErrorAnswer {
  if (error instanceof JanitorError) return error.answer;
  const clientFault = frameworkStatus(error);
  if (clientFault !== undefined) return { status: clientFault, body: { reason: (error as Error).message } };
  const failure = fromConnectError(error);
  const status = statusOfReason[failure.reason] ?? 500;
  if (status === 500) return { status, body: { reason: internalErrorText } };
  if (status === 503) return { status, body: { reason: "the service is not available at the moment" } };
  return { status, body: { reason: failure.message } };
}

/** The dialect's words at its HTTP edge. */
export const edge: DialectEdge = {
  bodies: { maxBytes: 64 * 1024 ** 2, drainBytes: 128 * 1024 ** 2 },
  answerOf: toAnswer,
  noRoute({ method }, allowed) {
    if (allowed.length === 0) return notFound("Not Found");
    return new JanitorError(405, `Method ${method} Not Allowed`, { headers: { Allow: allowed.join(", ") } });
  },
  badUrl: () => badRequest("the URL cannot be decoded"),
};
