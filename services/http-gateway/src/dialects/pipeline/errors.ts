import { fromConnectError, type Reason } from "@switchyard/errors";
import type { DialectEdge } from "../../http/dialect-edge.js";
import { frameworkStatus } from "../../http/framework-error.js";

/** One finding of a validation, as FastAPI writes it. */
export interface FieldError {
  readonly type: string;
  /** Where: `["body", "job_ids", 0]`. */
  readonly loc: readonly (string | number)[];
  readonly msg: string;
  /** What was there; of a missing member the object that lacks it. */
  readonly input?: unknown;
}

/** An answer that is an error: a status and what stands under `detail`. */
export class PipelineError extends Error {
  override readonly name = "PipelineError";
  readonly status: number;
  readonly detail: string | readonly FieldError[];
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    detail: string | readonly FieldError[],
    headers: Readonly<Record<string, string>> = {},
    options?: ErrorOptions,
  ) {
    super(typeof detail === "string" ? detail : (detail[0]?.msg ?? "the request is not valid"), options);
    this.status = status;
    this.detail = detail;
    this.headers = headers;
  }
}

/** A value that the contract does not allow. */
export const badRequest = (detail: string) => new PipelineError(400, detail);

/** No token, or another one. */
export const unauthorized = (detail: string) => new PipelineError(401, detail, { "WWW-Authenticate": "Bearer" });

/** There is no such thing. */
export const notFound = (detail: string) => new PipelineError(404, detail);

/** The request does not fit its schema. */
export const unprocessable = (errors: readonly FieldError[]) => new PipelineError(422, errors);

/** Something went wrong that the contract has words for. */
export const failed = (detail: string) => new PipelineError(500, detail);

/** Something that is needed is away, or not configured. */
export const unavailable = (detail: string, cause?: unknown) => new PipelineError(503, detail, {}, { cause });

/** Neither of the two collections of postings has it. */
export const postingNotFound = () => notFound("Job not found");

const statusOfReason: Partial<Record<Reason, number>> = {
  INVALID_ARGUMENT: 400,
  PAGE_TOKEN_INVALID: 400,
  MALFORMED_ID: 404,
  JOB_NOT_FOUND: 404,
  ATTEMPT_NOT_FOUND: 404,
  LOG_NOT_FOUND: 404,
  DOCUMENT_NOT_FOUND: 404,
  ARTIFACT_NOT_FOUND: 404,
  NAMESPACE_NOT_FOUND: 404,
  ALREADY_EXISTS: 409,
  REVISION_MISMATCH: 409,
  PRECONDITION_FAILED: 409,
  WRONG_STATE: 409,
  PAYLOAD_TOO_LARGE: 413,
  QUOTA_EXCEEDED: 429,
};

/** Reasons that say "not now": the core, its database or the gateway itself is away. */
const passing: ReadonlySet<Reason> = new Set<Reason>([
  "RATE_LIMITED",
  "DEADLINE_EXCEEDED",
  "CANCELLED",
  "SHUTTING_DOWN",
  "OWNER_UNKNOWN",
  "NOT_OWNER",
  "SHARD_LOST",
  "STORAGE_UNAVAILABLE",
  "SERVICE_UNAVAILABLE",
]);

/** Tells whether an error means that the core does not answer at the moment. */
export function isUnavailable(error: unknown): boolean {
  return !(error instanceof PipelineError) && passing.has(fromConnectError(error).reason);
}

/** Gives an error of a core that does not answer the words that an endpoint has for it; to be used with `catch`. */
export function unavailableAs(detail: string): (error: unknown) => never {
  return (error) => {
    throw isUnavailable(error) ? unavailable(detail, error) : error;
  };
}

/** Turns whatever a route threw into an answer. Texts of faults that nobody expected stay inside. */
function toPipelineError(error: unknown): PipelineError {
  if (error instanceof PipelineError) return error;
  const clientFault = frameworkStatus(error);
  if (clientFault !== undefined) return new PipelineError(clientFault, (error as Error).message);
  const { reason, message } = fromConnectError(error);
  if (passing.has(reason)) return new PipelineError(503, "Service temporarily unavailable");
  const status = statusOfReason[reason];
  return status === undefined ? failed("Internal server error") : new PipelineError(status, message);
}

/** The dialect's words at its HTTP edge. */
export const edge: DialectEdge = {
  bodies: { maxBytes: 4 * 1024 ** 2 },
  answerOf(error) {
    const { status, detail, headers } = toPipelineError(error);
    return { status, headers, body: { detail } };
  },
  noRoute(_, allowed) {
    if (allowed.length === 0) return notFound("Not Found");
    return new PipelineError(405, "Method Not Allowed", { Allow: allowed.join(", ") });
  },
  badUrl: () => notFound("Not Found"),
};
