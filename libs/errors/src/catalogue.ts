import { Code } from "@connectrpc/connect";
import type { Reason } from "./reason.js";

/** What everybody needs to know about one reason. */
export interface ReasonEntry {
  /** The RPC status code that goes with the reason. Codes of Connect and gRPC have equal numbers. */
  readonly code: Code;
  /** Whether the very same call, repeated after a moment, may succeed. Changes need their `request_id` to repeat safely. */
  readonly retryable: boolean;
  /** What the caller should do next, one sentence for a person. */
  readonly help: string;
}

const entry = (code: Code, retryable: boolean, help: string): ReasonEntry => ({ code, retryable, help });
const fatal = (code: Code, help: string): ReasonEntry => entry(code, false, help);
const passing = (code: Code, help: string): ReasonEntry => entry(code, true, help);

/**
 * The one table of reasons: code, whether to repeat, and what to do. Complete by type against the proto enum.
 * Gateways map the reason first and fall back to the code.
 */
export const catalogue: Readonly<Record<Reason, ReasonEntry>> = {
  INVALID_ARGUMENT: fatal(Code.InvalidArgument, "Correct the field that metadata `field` names."),
  MALFORMED_ID: fatal(Code.InvalidArgument, "Use an id exactly as this installation returned it."),
  PAYLOAD_TOO_LARGE: fatal(
    Code.ResourceExhausted,
    "Send less in one message; metadata `limit` says how many bytes fit.",
  ),
  PAGE_TOKEN_INVALID: fatal(Code.InvalidArgument, "Begin the list again without a page token."),
  UNAUTHENTICATED: fatal(Code.Unauthenticated, "Send a known token in the header `authorization: Bearer <token>`."),
  TOKEN_REVOKED: fatal(Code.Unauthenticated, "Ask for a new credential."),
  PERMISSION_DENIED: fatal(Code.PermissionDenied, "Use a token that has the scope and the namespace."),
  JOB_NOT_FOUND: fatal(Code.NotFound, "Check the job's id and the namespace of the token."),
  ATTEMPT_NOT_FOUND: fatal(Code.NotFound, "Read the job and use one of its attempts' numbers."),
  QUEUE_NOT_FOUND: fatal(Code.NotFound, "Check the queue's name, or list the queues."),
  SCHEDULE_NOT_FOUND: fatal(Code.NotFound, "Check the schedule's name, or list the schedules."),
  TOKEN_NOT_FOUND: fatal(Code.NotFound, "Check the id, or list the tokens."),
  RUNNER_NOT_FOUND: fatal(Code.NotFound, "Register the runner again."),
  NAMESPACE_NOT_FOUND: fatal(Code.NotFound, "Check the namespace's name; it is made by its first use."),
  RESULT_NOT_FOUND: fatal(Code.NotFound, "Submit a job for this key, or wait until it has ended."),
  LOG_NOT_FOUND: fatal(Code.NotFound, "List the log streams of the job; the stream may have reached its retention."),
  DOCUMENT_NOT_FOUND: fatal(Code.NotFound, "Check the document's kind and name."),
  ARTIFACT_NOT_FOUND: fatal(Code.NotFound, "List the artifacts of the job; the file may have reached its retention."),
  ALREADY_EXISTS: fatal(Code.AlreadyExists, "Choose another name, or read the one that exists."),
  REQUEST_ID_REUSED: fatal(Code.AlreadyExists, "Give every new request a request id of its own."),
  DEPENDENCY_CYCLE: fatal(Code.InvalidArgument, "Remove one dependency of the cycle."),
  DEPENDENCY_NOT_FOUND: fatal(Code.NotFound, "Submit the parent first, or in the same batch."),
  LEASE_LOST: fatal(Code.FailedPrecondition, "Stop working on this attempt; its result is no longer wanted."),
  NOT_HOLDER: fatal(Code.FailedPrecondition, "Name the attempt that this runner was given."),
  NOT_CLAIMABLE: fatal(Code.FailedPrecondition, "Read the job; metadata `state` says why it cannot be claimed now."),
  ALREADY_FINISHED: fatal(Code.FailedPrecondition, "Take the outcome that is there; nothing was changed."),
  WRONG_STATE: fatal(Code.FailedPrecondition, "Read the job's state and choose an operation that fits it."),
  RUNNER_BUSY: passing(Code.ResourceExhausted, "Finish an attempt before taking another one."),
  RUNNER_DRAINING: fatal(Code.FailedPrecondition, "End the drain, or use another runner."),
  QUEUE_PAUSED: fatal(Code.FailedPrecondition, "Resume the queue, or wait until somebody does."),
  REVISION_MISMATCH: fatal(Code.Aborted, "Read the present revision, apply the change to it, and write again."),
  PRECONDITION_FAILED: fatal(Code.FailedPrecondition, "Read the present state and state an expectation that holds."),
  SEQUENCE_MISMATCH: fatal(Code.Aborted, "Continue at the sequence number in metadata `next_sequence`."),
  LOG_SEALED: fatal(Code.FailedPrecondition, "Stop appending to this stream; it has ended."),
  LOG_LIMIT_REACHED: fatal(Code.ResourceExhausted, "Log less, or raise the limit of the stream."),
  QUOTA_EXCEEDED: fatal(Code.ResourceExhausted, "Remove something, or ask for a larger quota of the namespace."),
  RATE_LIMITED: passing(Code.ResourceExhausted, "Wait for as long as the retry delay says, then repeat the call."),
  DEADLINE_EXCEEDED: fatal(
    Code.DeadlineExceeded,
    "Repeat with a longer deadline and the same request id; the effect is unknown.",
  ),
  CANCELLED: fatal(Code.Canceled, "Nothing; the caller gave up this call."),
  SHUTTING_DOWN: passing(Code.Unavailable, "Repeat the call; another replica answers."),
  OWNER_UNKNOWN: passing(Code.Unavailable, "Repeat the call in a moment; a replica is taking the shard."),
  NOT_OWNER: passing(Code.Unavailable, "Repeat the call; the owner of the shard is looked up anew."),
  SHARD_LOST: passing(Code.Unavailable, "Repeat the call with the same request id; the effect is unknown."),
  STORAGE_UNAVAILABLE: passing(Code.Unavailable, "Repeat the call in a moment; operators look at the storage."),
  SERVICE_UNAVAILABLE: passing(Code.Unavailable, "Repeat the call in a moment; a service behind this one is away."),
  UNIMPLEMENTED: fatal(Code.Unimplemented, "Use a server version that serves this call."),
  INTERNAL: fatal(Code.Internal, "Report the request id; the log of the service has the cause."),
};

const nearestReason: Readonly<Record<Code, Reason>> = {
  [Code.Canceled]: "CANCELLED",
  [Code.Unknown]: "INTERNAL",
  [Code.InvalidArgument]: "INVALID_ARGUMENT",
  [Code.DeadlineExceeded]: "DEADLINE_EXCEEDED",
  [Code.NotFound]: "DOCUMENT_NOT_FOUND",
  [Code.AlreadyExists]: "ALREADY_EXISTS",
  [Code.PermissionDenied]: "PERMISSION_DENIED",
  // Without details this is what a transport says about a message over its limit.
  [Code.ResourceExhausted]: "PAYLOAD_TOO_LARGE",
  [Code.FailedPrecondition]: "PRECONDITION_FAILED",
  [Code.Aborted]: "PRECONDITION_FAILED",
  [Code.OutOfRange]: "INVALID_ARGUMENT",
  [Code.Unimplemented]: "UNIMPLEMENTED",
  [Code.Internal]: "INTERNAL",
  [Code.Unavailable]: "SERVICE_UNAVAILABLE",
  [Code.DataLoss]: "INTERNAL",
  [Code.Unauthenticated]: "UNAUTHENTICATED",
};

/** The reason that comes closest to a bare status code, for errors of servers and proxies that send no reason. */
export function reasonFromCode(code: Code): Reason {
  return nearestReason[code] ?? "INTERNAL";
}
