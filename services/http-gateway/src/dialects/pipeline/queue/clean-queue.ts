import { type Timestamp, timestampFromMs, timestampMs } from "@bufbuild/protobuf/wkt";
import { queues } from "@switchyard/pipeline-model";
import { ErrorReason } from "@switchyard/proto/switchyard/common/v1/errors_pb";
import { type Job, JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { CancelMode, type JobResult, ListOrder } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import type { PipelineContext } from "../context.js";
import { waitingStates } from "../vocabulary.js";
import { readCleared, writeCleared } from "./cleared.js";
import { listsOf } from "./queue-state.js";

type Core = Pick<PipelineContext, "core" | "config">;

/** Jobs in one call to the core. */
const perCall = 1000;

/**
 * Fails items that have waited for too long. There are no orphans here: items and runs are the same records.
 *
 * @returns how many there were
 */
export async function failStaleItems({ core, config }: Core, maxAgeMinutes: number): Promise<number> {
  const { namespace } = config;
  const before = Date.now() - maxAgeMinutes * 60_000;
  const stale: string[] = [];
  let pageToken = "";
  do {
    const page = await core.jobs.listJobs({
      namespace,
      filter: { queue: queues.shown, states: waitingStates, createdBefore: timestampFromMs(before) },
      orderBy: ListOrder.OLDEST,
      pageSize: perCall,
      pageToken,
    });
    stale.push(...page.jobs.filter((job) => waitsSince(job) < before).map(({ id }) => id));
    pageToken = page.nextPageToken;
  } while (pageToken !== "");

  let failed = 0;
  for (let first = 0; first < stale.length; first += perCall) {
    const { results } = await core.jobs.cancelJobs({
      namespace,
      jobIds: stale.slice(first, first + perCall),
      expectedStates: waitingStates,
      mode: CancelMode.IMMEDIATE,
      asState: JobState.FAILED,
      message: `Stale: pending for over ${maxAgeMinutes} minutes`,
    });
    failed += done(results);
  }
  return failed;
}

/** What a clearing took away. */
export interface ClearedCounts {
  readonly pending_cleared: number;
  readonly running_cleared: number;
  readonly failed_cleared: number;
  readonly history_cleared: number;
  readonly items_deleted: number;
}

/**
 * Empties the queue: what waits is cancelled, what failed dismissed, and nothing that was there is shown any more. Runs that
 * go on are not stopped.
 */
export async function clearQueue(context: Core): Promise<ClearedCounts> {
  const { core, config } = context;
  const { namespace } = config;
  const about = { namespace, name: queues.shown };
  const [cleared, newest, answer] = await Promise.all([
    readCleared(context),
    core.jobs.listJobs({ namespace, filter: { queue: queues.shown }, orderBy: ListOrder.NEWEST, pageSize: 1 }),
    core.queues.getQueue({ ...about, running: 1000, finished: 100 }),
  ]);
  const { running, history } = listsOf(answer, cleared);
  const cancelled = await core.jobs.cancelJobs({
    namespace,
    filter: { queue: queues.shown, states: waitingStates },
    expectedStates: waitingStates,
    mode: CancelMode.IMMEDIATE,
  });
  const dismissed = await core.jobs.dismissJobs({ namespace, filter: { queue: queues.shown, deadLetters: true } });
  const last = newest.jobs[0]?.serial;
  if (last !== undefined && last > cleared.serial) await writeCleared(context, last);
  const counts = {
    pending_cleared: done(cancelled.results),
    running_cleared: running.length,
    failed_cleared: done(dismissed.results),
    history_cleared: history.length,
  };
  return { ...counts, items_deleted: Object.values(counts).reduce((sum, count) => sum + count, 0) };
}

/** Since when an item waits: one that was tried again, or lost, not since it was made. */
function waitsSince({ createTime, lastAttempt }: Job): number {
  const ms = (time: Timestamp | undefined) => (time === undefined ? 0 : timestampMs(time));
  return Math.max(ms(createTime), ms(lastAttempt?.endTime));
}

function done(results: readonly JobResult[]): number {
  return results.filter(({ reason }) => reason === ErrorReason.UNSPECIFIED).length;
}
