import { create } from "@bufbuild/protobuf";
import { AttemptState } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { EndReason, type Job, JobSchema, JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { describe, expect, it } from "vitest";
import { writeJson } from "../../json/raw-json.js";
import { failureTextType } from "../../core/failure-text.js";
import { taskFromJob } from "./mapping.js";
import { durationFromSeconds } from "../../json/timestamp.js";

const time = (seconds: number, nanos = 0) => ({ seconds: BigInt(1_772_439_300 + seconds), nanos });
const bytes = (text: string) => new TextEncoder().encode(text);
const payload = (text: string, contentType = "application/json") =>
  ({ $typeName: "switchyard.common.v1.Payload", data: bytes(text), contentType }) as const;

/** A job whose last attempt is in a state; says only what the case is about. */
function jobWith(state: JobState, attempt: AttemptState, more: Partial<Job> = {}): Job {
  const lastAttempt = { number: 1, state: attempt, runnerId: "w1", claimTime: time(1), endTime: time(2) };
  const spec = { kind: "p", input: { data: bytes('{"problem_id":"p","parameters":{"a":1}}') } };
  return Object.assign(
    create(JobSchema, { id: "j", state, spec, lastAttempt, createTime: time(0), updateTime: time(2) }),
    more,
  );
}

describe("taskFromJob", () => {
  it("shows all members of a task that waits", () => {
    const job = create(JobSchema, { id: "j", state: JobState.BLOCKED, createTime: time(0, 120_000_000) });
    expect(JSON.parse(writeJson(taskFromJob(job)))).toEqual({
      ...{ id: "j", problem_id: "", status: "pending", parameters: {}, worker_id: null, result: null },
      ...{ error_details: null, started_at: null, completed_at: null },
      ...{ created_at: "2026-03-02T08:15:00.120000Z", updated_at: "2026-03-02T08:15:00.120000Z" },
    });
  });

  it.each([
    ["live", JobState.RUNNING, AttemptState.CLAIMED, EndReason.UNSPECIFIED, "w1"],
    ["done", JobState.SUCCEEDED, AttemptState.SUCCEEDED, EndReason.REPORTED, "w1"],
    ["failed", JobState.FAILED, AttemptState.FAILED, EndReason.REPORTED, "w1"],
    ["over its limit", JobState.TIMED_OUT, AttemptState.TIMED_OUT, EndReason.EXECUTION_TIMEOUT, "w1"],
    ["cancelled while running", JobState.CANCELLED, AttemptState.CANCELLED, EndReason.CANCELLED, "w1"],
    ["failed by a loss", JobState.FAILED, AttemptState.LOST, EndReason.LEASE_LOST, "w1"],
    ["given back", JobState.QUEUED, AttemptState.RELEASED, EndReason.UNSPECIFIED, null],
    ["lost", JobState.QUEUED, AttemptState.LOST, EndReason.UNSPECIFIED, null],
    ["cancelled after a loss", JobState.CANCELLED, AttemptState.LOST, EndReason.CANCELLED, null],
    ["cancelled while it waits for a retry", JobState.CANCELLED, AttemptState.FAILED, EndReason.CANCELLED, null],
    ["never started in time", JobState.TIMED_OUT, AttemptState.RELEASED, EndReason.NOT_STARTED, null],
  ])("shows the worker where the attempt is the job's own: %s", (_, state, attempt, endReason, worker) => {
    const view = taskFromJob(jobWith(state, attempt, { endReason }));
    expect(view.worker_id).toBe(worker);
    expect(view.started_at).toBe(worker === null ? null : "2026-03-02T08:15:01.000000Z");
  });

  it("begins the error of a timeout as agreed and names the limit", () => {
    const job = jobWith(JobState.TIMED_OUT, AttemptState.TIMED_OUT);
    expect(taskFromJob(job).error_details).toBe("Task exceeded timeout limit");
    if (job.spec !== undefined) {
      job.spec.policies = { executionTimeout: durationFromSeconds(1.5) } as never;
    }
    expect(taskFromJob(job).error_details).toBe("Task exceeded timeout limit of 1.5 seconds");
  });

  it("shows an error that was too long for a message whole", () => {
    const long = "x".repeat(100_000);
    const job = jobWith(JobState.FAILED, AttemptState.FAILED, { endReason: EndReason.REPORTED });
    if (job.lastAttempt) job.lastAttempt.outcome = { message: "xx", result: payload(long, failureTextType) } as never;
    expect(taskFromJob(job)).toMatchObject({ error_details: long, result: null });
  });

  it.each(["not json", "[1]", '{"parameters":[]}', '{"other":1}'])("shows no parameters for the input %s", (input) => {
    const job = jobWith(JobState.QUEUED, AttemptState.UNSPECIFIED);
    if (job.spec?.input) job.spec.input.data = bytes(input);
    expect(taskFromJob(job).parameters.text).toBe("{}");
  });
});
