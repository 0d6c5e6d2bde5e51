import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { LogRecordSchema } from "@switchyard/proto/switchyard/log/v1/log_service_pb";
import { AttemptState } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { JobEventSchema, JobEventType } from "@switchyard/proto/switchyard/scheduler/v1/event_pb";
import { EndReason, JobSchema, JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { describe, expect, it } from "vitest";
import { createTaskStory, type TaskStory } from "./task-story.js";

const time = timestampFromMs(1_700_000_000_000);
const at = "2023-11-14T22:13:20.000000Z";

const take = (story: TaskStory) => ({
  job: (state: JobState, attemptCount: number, more: MessageInitShape<typeof JobSchema> = {}) =>
    story.take({ type: "snapshot", job: create(JobSchema, { id: "t", state, attemptCount, endTime: time, ...more }) }),
  event: (type: JobEventType, state: JobState, attempt: number, more: MessageInitShape<typeof JobEventSchema> = {}) =>
    story.take({ type: "event", event: create(JobEventSchema, { type, state, attempt, time, ...more }) }),
  line: (message: string, attempt = 1) => {
    const entry = { sequence: 0n, message, time };
    return story.take({ type: "log", record: create(LogRecordSchema, { attempt, stream: "log", entry }) });
  },
});
const { CLAIMED, STARTED, RELEASED, LEASE_LOST, ENDED, READY } = JobEventType;
const status = (previous_status: string, status: string, worker_id: string | null) => ({
  ...{ type: "status", timestamp: at, task_id: "t", previous_status, status, worker_id },
});

describe("createTaskStory", () => {
  it("tells a task's way, and what its worker reported behind the log", () => {
    const story = createTaskStory("t");
    const { job, event, line } = take(story);
    expect(job(JobState.QUEUED, 0)).toMatchObject([{ type: "snapshot", task: { id: "t", status: "pending" } }]);
    expect(event(READY, JobState.QUEUED, 0)).toEqual([]);
    expect(event(CLAIMED, JobState.RUNNING, 1, { runnerId: "w" })).toEqual([status("pending", "running", "w")]);
    expect(event(STARTED, JobState.RUNNING, 1, { runnerId: "w" })).toEqual([]);
    expect(event(RELEASED, JobState.QUEUED, 1, { runnerId: "w" })).toEqual([status("running", "pending", null)]);
    event(CLAIMED, JobState.RUNNING, 2, { runnerId: "v" });
    const end = { runnerId: "v", endReason: EndReason.REPORTED };
    expect(event(ENDED, JobState.SUCCEEDED, 2, end)).toEqual([]);
    expect(line("last", 2)).toMatchObject([{ type: "log", timestamp: at, task_id: "t", entry: { message: "last" } }]);
    expect(story.finish()).toEqual([
      status("running", "completed", "v"),
      { type: "end", timestamp: at, task_id: "t", status: "completed" },
    ]);
    expect(story.wasOver).toBe(false);
  });

  it("tells a cancel at once; the worker stays", () => {
    const story = createTaskStory("t");
    const { job, event } = take(story);
    job(JobState.RUNNING, 1);
    const end = { runnerId: "w", endReason: EndReason.CANCELLED };
    expect(event(ENDED, JobState.CANCELLED, 1, end)).toEqual([status("running", "cancelled", "w")]);
    expect(story.finish()).toEqual([{ type: "end", timestamp: at, task_id: "t", status: "cancelled" }]);
  });

  it("ends right behind the snapshot of a task that had ended", () => {
    const story = createTaskStory("t");
    const attempt = { number: 1, state: AttemptState.TIMED_OUT, runnerId: "w" };
    take(story).job(JobState.TIMED_OUT, 1, { lastAttempt: attempt });
    expect(story.wasOver).toBe(true);
    expect(story.finish()).toEqual([{ type: "end", timestamp: at, task_id: "t", status: "timeout" }]);
  });

  it("passes over events that the snapshot knows already", () => {
    const story = createTaskStory("t");
    const { job, event } = take(story);
    job(JobState.QUEUED, 1);
    expect(event(CLAIMED, JobState.RUNNING, 1, { runnerId: "w" })).toEqual([]);
    expect(event(LEASE_LOST, JobState.QUEUED, 1, { runnerId: "w" })).toEqual([]);
    expect(event(CLAIMED, JobState.RUNNING, 2, { runnerId: "w" })).toEqual([status("pending", "running", "w")]);
  });

  it("catches up with a snapshot in place of events that are not kept any more", () => {
    const story = createTaskStory("t");
    const { job, event } = take(story);
    job(JobState.QUEUED, 0);
    const attempt = { number: 3, state: AttemptState.STARTED, runnerId: "w", claimTime: time };
    expect(job(JobState.RUNNING, 3, { lastAttempt: attempt, updateTime: time })).toEqual([
      status("pending", "running", "w"),
    ]);
    expect(event(CLAIMED, JobState.RUNNING, 3)).toEqual([]);
  });
});
