import { type Timestamp, timestampNow } from "@bufbuild/protobuf/wkt";
import { isFinalState, type FollowUpdate } from "@switchyard/client";
import type { LogRecord } from "@switchyard/proto/switchyard/log/v1/log_service_pb";
import { type JobEvent, JobEventType } from "@switchyard/proto/switchyard/scheduler/v1/event_pb";
import { EndReason, type Job, JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { timestampText } from "../../json/timestamp.js";
import { entryFromRecord, type LogEntryView } from "./log-mapping.js";
import { type TaskView, taskFromJob } from "./mapping.js";
import { type TaskStatus, taskStatusOf } from "./vocabulary.js";

/** One message about a task, without its number; written with `writeJson`. */
export type TaskMessage = { readonly timestamp: string } & (
  | { readonly type: "snapshot"; readonly task: TaskView }
  | {
      readonly type: "status";
      readonly task_id: string;
      readonly previous_status: TaskStatus;
      readonly status: TaskStatus;
      readonly worker_id: string | null;
    }
  | { readonly type: "log"; readonly task_id: string; readonly entry: LogEntryView }
  | { readonly type: "end"; readonly task_id: string; readonly status: TaskStatus }
);

/** Turns what becomes of a job into the messages of a task's stream. */
export interface TaskStory {
  /** The messages that an update is worth; none for what callers of the dialect do not know. */
  take(update: FollowUpdate): TaskMessage[];
  /** The messages at the end of the updates. */
  finish(): TaskMessage[];
  /** The task had ended before the story began: nothing follows its snapshot but the end. */
  readonly wasOver: boolean;
}

/** Beyond every attempt. */
const ended = Number.POSITIVE_INFINITY;

/**
 * Begins a story.
 *
 * - The job as it is when a watch begins may be newer than the first events: events that it knows already are passed over,
 *   by how far it has come, which only grows.
 * - The end that a worker reported is told behind the log entries, which it wrote before. One that came from elsewhere, such
 *   as a cancel, is told at once; entries that were on their way may follow.
 */
export function createTaskStory(taskId: string): TaskStory {
  let place = -1;
  let status: TaskStatus | undefined;
  let wasOver = false;
  let endedAt: Timestamp | undefined;
  let held: TaskMessage[] = [];
  const claimTimes = new Map<number, Timestamp>();

  /** Says a new status, if it is one. */
  const change = (next: TaskStatus, workerId: string | null, time: Timestamp | undefined): TaskMessage[] => {
    const previous = status ?? next;
    status = next;
    if (previous === next) return [];
    const timestamp = timestampText(time ?? timestampNow());
    return [
      { type: "status", timestamp, task_id: taskId, previous_status: previous, status: next, worker_id: workerId },
    ];
  };

  const takeSnapshot = (job: Job): TaskMessage[] => {
    const isFirst = status === undefined;
    const isFinal = isFinalState(job.state);
    place = isFinal ? ended : placeOf(job.attemptCount, job.state === JobState.RUNNING);
    if (isFinal) endedAt = job.endTime;
    if (job.lastAttempt?.claimTime !== undefined) claimTimes.set(job.lastAttempt.number, job.lastAttempt.claimTime);
    const task = taskFromJob(job);
    if (!isFirst) return change(task.status, task.worker_id, job.updateTime);
    status = task.status;
    wasOver = isFinal;
    return [{ type: "snapshot", timestamp: timestampText(timestampNow()), task }];
  };

  const takeEvent = (event: JobEvent): TaskMessage[] => {
    const next = placeAfter(event);
    if (next === undefined || next <= place) return [];
    place = next;
    const { time, runnerId, attempt } = event;
    if (event.type === JobEventType.CLAIMED && time !== undefined) claimTimes.set(attempt, time);
    const isPending = taskStatusOf(event.state) === "pending";
    const said = change(taskStatusOf(event.state), isPending ? null : runnerId || null, time);
    if (next !== ended) return said;
    endedAt = time;
    if (event.endReason !== EndReason.REPORTED) return said;
    held = said;
    return [];
  };

  const takeRecord = (record: LogRecord): TaskMessage[] => {
    const claimTime = claimTimes.get(record.attempt) ?? record.entry?.time ?? timestampNow();
    const { view: entry } = entryFromRecord(taskId, record, claimTime) ?? {};
    return entry === undefined ? [] : [{ type: "log", timestamp: entry.timestamp, task_id: taskId, entry }];
  };

  return {
    get wasOver() {
      return wasOver;
    },
    take(update) {
      if (update.type === "snapshot") return takeSnapshot(update.job);
      return update.type === "event" ? takeEvent(update.event) : takeRecord(update.record);
    },
    finish() {
      if (status === undefined) return [];
      const timestamp = timestampText(endedAt ?? timestampNow());
      return [...held, { type: "end", timestamp, task_id: taskId, status }];
    },
  };
}

/** How far a job has come: into an attempt, out of it, into the next one. */
function placeOf(attempt: number, isLive: boolean): number {
  return 2 * attempt + (isLive ? 0 : 1);
}

/** Where a job is after an event; undefined for those that move it nowhere, as the dialect sees it. */
function placeAfter({ type, attempt }: JobEvent): number | undefined {
  switch (type) {
    case JobEventType.CLAIMED:
      return placeOf(attempt, true);
    case JobEventType.RELEASED:
    case JobEventType.LEASE_LOST:
    case JobEventType.ATTEMPT_FAILED:
      return placeOf(attempt, false);
    case JobEventType.ENDED:
      return ended;
    default:
      return undefined;
  }
}
