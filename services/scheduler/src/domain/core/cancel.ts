import { eventOf, openState } from "./core-event.js";
import { endAttempt, endWaiting } from "./end.js";
import type { FinalState, JobState, LiveAttempt, OpenJob } from "./model.js";
import { type Decision, type ReportWrite, reportWrite, type Write } from "./writes.js";

/** How a job shall be cancelled. */
export interface CancelRequest {
  /** Final at once, also while it runs; else when the runner has acknowledged or its lease has ended. */
  readonly immediate: boolean;
  /** Only in these states; empty is every open one. */
  readonly expected: readonly JobState[];
  readonly actor: string;
  readonly message: string;
  /** The end state. */
  readonly as: FinalState;
}

/** Cancels an open job. The answer is the state before, and whether that was one of the expected ones. */
export function cancelJob(
  now: number,
  job: OpenJob,
  request: CancelRequest,
): Decision<{ readonly done: boolean; readonly previous: JobState }> {
  if (job.pending) return { waitFor: job.pending };
  const previous = openState(job);
  if (request.expected.length > 0 && !request.expected.includes(previous)) {
    return { answer: { done: false, previous }, writes: [] };
  }
  return { answer: { done: true, previous }, writes: cancelWrites(now, job, request) };
}

function cancelWrites(now: number, job: OpenJob, { immediate, actor, message, as }: CancelRequest): Write[] {
  const final = { state: as, reason: as === "CANCELLED" ? "CANCELLED" : "CLOSED", message, actor } as const;
  const { live } = job;
  if (!live) return [endWaiting(now, job, final)];
  if (immediate) return [endAttempt(now, live, { state: "CANCELLED", endedBy: actor, final })];
  if (live.cancelRequested) return live.marking ? [live.marking] : [];
  return [requestCancel(now, live, actor, message)];
}

function requestCancel(now: number, attempt: LiveAttempt, actor: string, message: string): ReportWrite {
  const { job, number, runner } = attempt;
  attempt.cancelRequested = { actor, message, isDurable: false };
  const about = { previous: "RUNNING", attempt: number, runnerId: runner.id, actor, message } as const;
  const event = eventOf(job, "CANCEL_REQUESTED", now, "RUNNING", about);
  const write: ReportWrite = reportWrite({ cancelRequests: [attempt], events: [event] });
  attempt.marking = write;
  return write;
}
