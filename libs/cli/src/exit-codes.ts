import type { Reason } from "@switchyard/errors";
import { JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";

/** What the program's exit codes mean. 124 and 130 are those of `timeout(1)` and of shells after Ctrl-C. */
export const exitCodes = {
  /** Done; of a job that was waited for: it succeeded; of `doctor`: nothing fails. */
  done: 0,
  /** The job that was waited for failed, an item of several was refused, or a check of `doctor` fails. */
  failed: 1,
  /** The command line, the profile or a file named there is wrong; nothing was called. */
  usage: 2,
  /** The system refused the call. */
  refused: 3,
  /** The system can't be reached or didn't answer in time. */
  unreachable: 4,
  /** The token is missing, unknown, ended, or allows too little. */
  denied: 5,
  /** The job that was waited for timed out. */
  timedOut: 124,
  /** The job that was waited for was cancelled, or Ctrl-C ended the command. */
  cancelled: 130,
} as const;

/** The exit code that mirrors how a job ended. */
export function exitCodeOfJob(state: JobState): number {
  switch (state) {
    case JobState.SUCCEEDED:
      return exitCodes.done;
    case JobState.TIMED_OUT:
      return exitCodes.timedOut;
    case JobState.CANCELLED:
      return exitCodes.cancelled;
    default:
      return exitCodes.failed;
  }
}

const unreachable: ReadonlySet<Reason> = new Set<Reason>([
  "DEADLINE_EXCEEDED",
  "SHUTTING_DOWN",
  "OWNER_UNKNOWN",
  "NOT_OWNER",
  "SHARD_LOST",
  "STORAGE_UNAVAILABLE",
  "SERVICE_UNAVAILABLE",
]);
const denied: ReadonlySet<Reason> = new Set<Reason>(["UNAUTHENTICATED", "TOKEN_REVOKED", "PERMISSION_DENIED"]);

/** The exit code of a call that failed. */
export function exitCodeOfReason(reason: Reason): number {
  if (unreachable.has(reason)) return exitCodes.unreachable;
  return denied.has(reason) ? exitCodes.denied : exitCodes.refused;
}
