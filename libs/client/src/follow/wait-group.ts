import type { Client } from "@connectrpc/connect";
import { fromConnectError, type Reason, SwitchyardError } from "@switchyard/errors";
import { JobEventType } from "@switchyard/proto/switchyard/scheduler/v1/event_pb";
import type { JobService } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import { isFinalState } from "./job-states.js";
import { resuming, type StreamLife } from "./resuming.js";

/** One who waits for the end of a job. */
export interface JobWaiter {
  readonly jobId: string;
  /** The job has ended, or may have. */
  resolve(): void;
  reject(error: unknown): void;
}

/** Watches a group of jobs. */
export interface WaitGroupDeps {
  readonly jobs: Client<typeof JobService>;
  readonly namespace: string;
  /** The watch has begun, or failed. */
  readonly opened: () => void;
  /** Nobody waits any more. */
  readonly signal: AbortSignal;
}

/** Refusals that concern the caller and not one of the jobs. */
const callersFault: ReadonlySet<Reason> = new Set<Reason>(["UNAUTHENTICATED", "TOKEN_REVOKED", "PERMISSION_DENIED"]);

/**
 * Watches jobs on one stream until each has ended, and settles those who wait for it. Resumes after broken streams. A group
 * that is refused (one of its jobs does not exist, say) is halved until the refusal reaches only who earned it.
 */
export async function runWaitGroup(deps: WaitGroupDeps, waiters: readonly JobWaiter[]): Promise<void> {
  const pending = new Map<string, JobWaiter[]>();
  for (const waiter of waiters) pending.set(waiter.jobId, [...(pending.get(waiter.jobId) ?? []), waiter]);
  const settle = (jobId: string) => {
    // An id that was not asked for: the answer names a job in another form. Then everybody looks for himself.
    const found = pending.get(jobId) ?? [...pending.values()].flat();
    if (pending.has(jobId)) pending.delete(jobId);
    else pending.clear();
    for (const waiter of found) waiter.resolve();
  };
  try {
    const read = createEndReader(deps, () => [...pending.keys()]);
    // The server ends the stream after the last job. Ending it here would reset it, and servers end connections with many resets.
    for await (const jobId of resuming(read, deps.signal)) settle(jobId);
  } catch (cause) {
    const left = [...pending.values()].flat();
    if (left.length === 0) return;
    const error = deps.signal.aborted ? deps.signal.reason : fromConnectError(cause);
    if (pending.size <= 1 || deps.signal.aborted || callersFault.has(error.reason)) {
      for (const waiter of left) waiter.reject(error);
      return;
    }
    const middle = Math.ceil(left.length / 2);
    await Promise.all([runWaitGroup(deps, left.slice(0, middle)), runWaitGroup(deps, left.slice(middle))]);
  } finally {
    deps.opened();
  }
}

/** Makes a stream of the ids of jobs that have ended or were deleted; a stream that is opened again goes on where it was. */
function createEndReader({ jobs, namespace, signal, opened }: WaitGroupDeps, pending: () => readonly string[]) {
  let seen: bigint | undefined;
  return async function* open(life: StreamLife): AsyncGenerator<string> {
    const place = seen === undefined ? { includeSnapshot: true } : { afterSequence: seen };
    const request = { namespace, jobIds: [...pending()], untilFinal: true, ...place };
    for await (const { snapshots, events, sequence } of jobs.watchJobs(request, { signal })) {
      life.alive();
      opened();
      for (const { id, state } of snapshots) if (isFinalState(state)) yield id;
      for (const { type, jobId } of events) {
        if (type === JobEventType.ENDED || type === JobEventType.DELETED) yield jobId;
        if (type === JobEventType.OVERRUN) {
          // The snapshots of a new watch tell what was missed.
          seen = undefined;
          throw new SwitchyardError("SHUTTING_DOWN", "the watch fell behind");
        }
      }
      if (sequence > (seen ?? 0n)) seen = sequence;
    }
    if (pending().length === 0) return;
    seen = undefined;
    throw new SwitchyardError("SHUTTING_DOWN", "the watch ended before the jobs");
  };
}
