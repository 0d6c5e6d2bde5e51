import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { reasonOf } from "@switchyard/errors";
import { queues } from "@switchyard/pipeline-model";
import { AggregateBy } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import { type Job, JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import {
  type GetQueueResponse,
  GetQueueResponseSchema,
} from "@switchyard/proto/switchyard/scheduler/v1/queue_service_pb";
import type { PipelineContext } from "../context.js";
import { naiveNow } from "../time-text.js";
import { failedStates } from "../vocabulary.js";
import { type Cleared, readCleared } from "./cleared.js";
import { itemView, type PostingFacts, type QueueItemView } from "./item-view.js";
import type { PostingNames } from "./posting-facts.js";

type Core = Pick<PipelineContext, "core" | "config">;

/** The queue as the page shows it. */
export interface QueueStateView {
  readonly pending: readonly QueueItemView[];
  readonly running: readonly QueueItemView[];
  readonly failed: readonly QueueItemView[];
  readonly history: readonly QueueItemView[];
  readonly stats: {
    readonly total_pending: number;
    readonly total_running: number;
    readonly total_failed: number;
    readonly total_completed_today: number;
  };
  readonly queue_enabled: boolean;
  /** Another text after each event of the queue. */
  readonly state_version: string;
  readonly timestamp: string;
}

/** What each list shows at most, and what is asked of the core for it: some of its answer may be hidden. */
const shown = { pending: 10, running: 100, failed: 20, history: 20 } as const;
const asked = 100;

/** Reads the queue; the lists are of one moment, since they come in one answer. */
export async function readQueueState(context: Core, names: PostingNames): Promise<QueueStateView> {
  const [answer, cleared, completedToday] = await Promise.all([
    readQueue(context),
    readCleared(context),
    countCompletedToday(context),
  ]);
  const lists = listsOf(answer, cleared);
  const ids = Object.values(lists).flatMap((jobs) => jobs.map(({ spec }) => spec?.subject ?? ""));
  const factsOf = await names.factsOf(context, ids);
  return { ...viewOf(answer, lists, cleared, factsOf), ...statsOf(answer, lists, completedToday) };
}

/** The queue when the core does not answer. */
export function emptyQueueState(): QueueStateView {
  const stats = { total_pending: 0, total_running: 0, total_failed: 0, total_completed_today: 0 };
  const lists = { pending: [], running: [], failed: [], history: [] };
  return { ...lists, stats, queue_enabled: false, state_version: "0", timestamp: naiveNow() };
}

type Lists = Readonly<Record<keyof typeof shown, readonly Job[]>>;

/** Sorts the answer into lists, without what was cleared. A run that was cancelled before it began is in none. */
export function listsOf(answer: GetQueueResponse, { serial }: Pick<Cleared, "serial">): Lists {
  const isShown = (job: Job) => job.serial > serial;
  const isHistory = ({ state, dismissed, attemptCount }: Job) => {
    if (failedStates.includes(state)) return dismissed;
    return state === JobState.SUCCEEDED || attemptCount > 0;
  };
  return {
    pending: answer.head.filter(isShown),
    running: answer.running.filter(isShown),
    failed: answer.deadLetters.filter(isShown),
    history: answer.finished.filter((job) => isShown(job) && isHistory(job)),
  };
}

function viewOf(
  { queue }: GetQueueResponse,
  lists: Lists,
  { revision }: Cleared,
  factsOf: (id: string) => PostingFacts,
) {
  const items = (list: keyof typeof shown) =>
    lists[list]
      .slice(0, shown[list])
      .map((job, index) => itemView(job, factsOf(job.spec?.subject ?? ""), list === "pending" ? index + 1 : 0));
  return {
    pending: items("pending"),
    running: items("running"),
    failed: items("failed"),
    history: items("history"),
    queue_enabled: true,
    // Both only rise, so their sum tells every change of either.
    state_version: String((queue?.version ?? 0n) + revision),
    timestamp: naiveNow(),
  };
}

function statsOf({ queue }: GetQueueResponse, { running, failed }: Lists, completedToday: number) {
  const counts = queue?.counts;
  const waiting = counts === undefined ? 0n : counts.blocked + counts.scheduled + counts.queued;
  return {
    stats: {
      total_pending: Number(waiting),
      total_running: running.length,
      total_failed: failed.length,
      total_completed_today: completedToday,
    },
  };
}

async function readQueue({ core, config }: Core): Promise<GetQueueResponse> {
  try {
    return await core.queues.getQueue({
      namespace: config.namespace,
      name: queues.shown,
      head: shown.pending,
      running: shown.running,
      deadLetters: asked,
      finished: asked,
    });
  } catch (error) {
    // Nothing was ever put into it.
    if (reasonOf(error) === "QUEUE_NOT_FOUND") return create(GetQueueResponseSchema);
    throw error;
  }
}

/** Sums of the core have hours, and days of this dialect begin at midnight UTC. */
async function countCompletedToday({ core, config }: Core): Promise<number> {
  const midnight = new Date().setUTCHours(0, 0, 0, 0);
  const { groups } = await core.jobs.aggregateJobs({
    namespace: config.namespace,
    groupBy: [AggregateBy.QUEUE],
    queue: queues.shown,
    states: [JobState.SUCCEEDED],
    endedAfter: timestampFromMs(midnight),
  });
  return groups.reduce((sum, { count }) => sum + Number(count), 0);
}
