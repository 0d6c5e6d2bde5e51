import { create } from "@bufbuild/protobuf";
import { AttemptState } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { type JobEvent, JobEventSchema, JobEventType } from "@switchyard/proto/switchyard/scheduler/v1/event_pb";
import { EndReason, JobSchema, JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { describe, expect, it } from "vitest";
import { jobView } from "../jobs/job-view.js";
import { eventName } from "./event-names.js";
import { jobAtEvent } from "./job-at-event.js";

const time = (seconds: number, nanos = 0) => ({ seconds: BigInt(1_772_439_300 + seconds), nanos });
const at = (second: string) => `2026-03-02T08:15:${second}Z`;
const event = (type: JobEventType, state: JobState, attempt = 0, more: object = {}): JobEvent =>
  create(JobEventSchema, { type, state, attempt, sequence: 1n, ...more });

/** Lost once, failed once to be tried again, then done. */
const job = create(JobSchema, {
  ...{ id: "j", state: JobState.SUCCEEDED, endReason: EndReason.REPORTED, endTime: time(30), createTime: time(0) },
  spec: { kind: "d", policies: { maxAttempts: 5, executionTimeout: { seconds: 10n, nanos: 600_000_000 } } },
  ...{ attemptCount: 3, countedAttempts: 2 },
  attempts: [
    {
      number: 1,
      runnerId: "r1",
      state: AttemptState.LOST,
      claimTime: time(1, 500_000_000),
      endTime: time(5),
      endedBy: "presence",
    },
    {
      ...{ number: 2, runnerId: "r2", state: AttemptState.FAILED, claimTime: time(6), startTime: time(7) },
      ...{ endTime: time(8), outcome: { message: "no disk" }, progress: { current: 70, total: 100 } },
    },
    {
      number: 3,
      runnerId: "r3",
      state: AttemptState.SUCCEEDED,
      claimTime: time(9),
      startTime: time(9),
      endTime: time(30),
    },
  ],
});
const shown = (of: JobEvent) => jobView(jobAtEvent(job, of));

describe("jobAtEvent", () => {
  it("shows a new job as it was made", () => {
    expect(shown(event(JobEventType.SUBMITTED, JobState.QUEUED))).toMatchObject({
      ...{ status: "pending", attempt: 0, runner_id: null, completed_at: null, progress: 0, error: null },
    });
  });

  it("shows a claim with the end that it had", () => {
    expect(shown(event(JobEventType.CLAIMED, JobState.RUNNING, 1))).toMatchObject({
      ...{ status: "claimed", attempt: 1, runner_id: "r1", claimed_at: at("01.500000"), expires_at: at("12.100000") },
      ...{ started_at: null, completed_at: null, error: null },
    });
    expect(shown(event(JobEventType.CLAIMED, JobState.RUNNING, 2))).toMatchObject({
      ...{ status: "claimed", attempt: 2, runner_id: "r2", started_at: null, progress: 0, error: null },
    });
  });

  it("shows the progress of that moment", () => {
    const progress = { current: 30, total: 100, message: "half-way" };
    expect(shown(event(JobEventType.PROGRESS, JobState.RUNNING, 2, { progress }))).toMatchObject({
      ...{ status: "running", attempt: 2, progress: 30, progress_message: "half-way", started_at: at("07.000000") },
    });
  });

  it("shows a job that waits again with what went wrong", () => {
    expect(shown(event(JobEventType.LEASE_LOST, JobState.QUEUED, 1))).toMatchObject({
      ...{ status: "pending", attempt: 1, runner_id: null, error: "runner lost: it gave no sign of life" },
    });
    expect(shown(event(JobEventType.ATTEMPT_FAILED, JobState.SCHEDULED, 2))).toMatchObject({
      ...{ status: "pending", attempt: 2, runner_id: null, error: "no disk" },
    });
  });

  it("shows a job that ended as it is", () => {
    const ended = event(JobEventType.ENDED, JobState.SUCCEEDED, 3);
    expect(jobAtEvent(job, ended)).toBe(job);
  });
});

describe("eventName", () => {
  it.each([
    ["job.created", JobEventType.SUBMITTED, JobState.QUEUED],
    ["job.claimed", JobEventType.CLAIMED, JobState.RUNNING],
    ["job.progress", JobEventType.PROGRESS, JobState.RUNNING],
    ["job.completed", JobEventType.ENDED, JobState.SUCCEEDED],
    ["job.failed", JobEventType.ENDED, JobState.FAILED],
    ["job.failed", JobEventType.ENDED, JobState.TIMED_OUT],
    ["job.cancelled", JobEventType.ENDED, JobState.CANCELLED],
    ["job.requeued", JobEventType.LEASE_LOST, JobState.QUEUED],
    ["job.requeued", JobEventType.ATTEMPT_FAILED, JobState.QUEUED],
    ["runner.online", JobEventType.RUNNER_ONLINE, JobState.UNSPECIFIED],
    ["runner.offline", JobEventType.RUNNER_OFFLINE, JobState.UNSPECIFIED],
    [undefined, JobEventType.STARTED, JobState.RUNNING],
    [undefined, JobEventType.READY, JobState.QUEUED],
    [undefined, JobEventType.OVERRUN, JobState.UNSPECIFIED],
  ])("is %s", (name, type, state) => {
    expect(eventName(event(type, state))).toBe(name);
  });
});
