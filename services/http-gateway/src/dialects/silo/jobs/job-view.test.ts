import { create } from "@bufbuild/protobuf";
import { AttemptState } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { EndReason, type Job, JobSchema, JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { describe, expect, it } from "vitest";
import { failureTextType } from "../../../core/failure-text.js";
import { writeJson } from "../../../json/raw-json.js";
import { claimInfoOf } from "../runners/claim-info.js";
import { jobView } from "./job-view.js";

const time = (seconds: number) => ({ seconds: BigInt(1_772_439_300 + seconds), nanos: 0 });
const at = (second: number) => `2026-03-02T08:15:0${second}.000000Z`;

interface AttemptFacts {
  readonly endedBy?: string;
  readonly outcome?: object;
  readonly progress?: object;
  readonly counted?: number;
}

/** A job whose last attempt is in a state; says only what the case is about. */
function jobWith(state: JobState, attempt: AttemptState, facts: AttemptFacts = {}, more: Partial<Job> = {}): Job {
  const { counted = 0, ...rest } = facts;
  const lastAttempt = {
    ...{ id: "c", number: 1, state: attempt, runnerId: "r1", claimInfo: claimInfoOf({ name: "one" }) },
    ...{ claimTime: time(1), startTime: time(2), executionDeadline: time(9), ...rest },
  };
  const spec = { kind: "d", policies: { maxAttempts: 3, executionTimeout: { seconds: 8n, nanos: 0 } } };
  const job = create(JobSchema, {
    ...{ id: "j", state, spec, lastAttempt: lastAttempt as never, attemptCount: 1 },
    ...{ createTime: time(0), countedAttempts: counted },
  });
  return Object.assign(job, more);
}

describe("jobView", () => {
  it("shows every member of a job that waits", () => {
    const input = {
      definition: { name: "d", version: 2, runner: { tags: ["gpu"] } },
      ...{ args: { n: 1 }, metadata: { m: 2 }, part_number: "P", revision_number: 3, item_id: "i", project_id: "p" },
    };
    const job = create(JobSchema, {
      ...{ id: "j", state: JobState.QUEUED, createTime: time(0) },
      spec: {
        ...{ kind: "d", submitter: "eli", order: { rankBy: { case: "rank", value: 5 } }, policies: { maxAttempts: 2 } },
        input: { data: Buffer.from(JSON.stringify(input)) },
      },
    });
    expect(JSON.parse(writeJson(jobView(job)))).toEqual({
      ...{ id: "j", definition_name: "d", definition_version: 2, status: "pending", priority: 5, part_number: "P" },
      ...{ revision_number: 3, item_id: "i", project_id: "p", args: { n: 1 }, required_tags: ["gpu"] },
      ...{ runner_id: null, runner_name: null, attempt: 0, max_retries: 1, progress: 0, progress_message: null },
      ...{ result: null, error: null, metadata: { m: 2 }, created_by: "eli", created_at: at(0), claimed_at: null },
      ...{ started_at: null, completed_at: null, expires_at: null, cancelled_at: null, cancelled_by: null },
    });
  });

  it.each([
    ["claimed", JobState.RUNNING, AttemptState.CLAIMED, 1, "r1", at(9)],
    ["running", JobState.RUNNING, AttemptState.STARTED, 1, "r1", at(9)],
    ["completed", JobState.SUCCEEDED, AttemptState.SUCCEEDED, 1, "r1", null],
    ["cancelled", JobState.CANCELLED, AttemptState.CANCELLED, 1, "r1", null],
  ] as const)(
    "shows the runner and counts the attempt of a %s job",
    (status, state, attempt, number, runner, expires) => {
      expect(jobView(jobWith(state, attempt))).toMatchObject({
        ...{ status, attempt: number, runner_id: runner, runner_name: "one", expires_at: expires },
        ...{ claimed_at: at(1), started_at: at(2), error: null },
      });
    },
  );

  it("shows nobody, the counted attempt and what went wrong after a lost claim", () => {
    const lost = { counted: 1, endedBy: "execution-timeout" };
    expect(jobView(jobWith(JobState.QUEUED, AttemptState.LOST, lost))).toMatchObject({
      ...{ status: "pending", attempt: 1, runner_id: null, runner_name: null, claimed_at: null, started_at: null },
      ...{ expires_at: null, error: "timeout: the claim expired after 8 seconds" },
    });
    const gone = jobWith(JobState.QUEUED, AttemptState.LOST, { counted: 1, endedBy: "presence" });
    expect(jobView(gone).error).toMatch(/^runner lost/);
  });

  it("does not count a claim that no runner heard of", () => {
    expect(jobView(jobWith(JobState.QUEUED, AttemptState.RELEASED))).toMatchObject({ attempt: 0, error: null });
  });

  it("begins the error of a job that ended by a lost claim as agreed", () => {
    const end = { endReason: EndReason.LEASE_LOST, endMessage: "core words", endTime: time(3) };
    const late = jobWith(
      JobState.FAILED,
      AttemptState.LOST,
      { counted: 3, endedBy: "execution-timeout" },
      end as never,
    );
    expect(jobView(late)).toMatchObject({
      ...{ status: "failed", attempt: 3, runner_id: "r1", completed_at: at(3) },
      error: "timeout: the claim expired after 8 seconds",
    });
  });

  it("shows a failure's words whole, also while the job waits for its next attempt", () => {
    const long = { result: { data: Buffer.from("x".repeat(70_000)), contentType: failureTextType } };
    const failed = { endReason: EndReason.REPORTED, endTime: time(3) } as never;
    const outcome = { message: "xx", ...long };
    expect(jobView(jobWith(JobState.FAILED, AttemptState.FAILED, { outcome }, failed))).toMatchObject({
      ...{ error: "x".repeat(70_000), result: null },
    });
    const again = { outcome: { message: "no disk" }, counted: 1 };
    expect(jobView(jobWith(JobState.QUEUED, AttemptState.FAILED, again))).toMatchObject({
      ...{ status: "pending", error: "no disk", attempt: 1, runner_id: null },
    });
  });

  it("shows who cancelled a job, and no completion", () => {
    const end = { endReason: EndReason.CANCELLED, endActor: "ada", endTime: time(4) } as never;
    expect(jobView(jobWith(JobState.CANCELLED, AttemptState.CANCELLED, {}, end))).toMatchObject({
      ...{ cancelled_at: at(4), cancelled_by: "ada", completed_at: null },
    });
  });

  it.each([
    [{ current: 40, total: 100, message: "m" }, 40, "m"],
    [{ current: 3, total: 4 }, 75, null],
    [{ current: 250 }, 100, null],
    [{ current: 1, total: 0 }, 0, null],
    [{ message: "only words" }, 0, "only words"],
  ])("shows progress in percent: %o", (progress, percent, message) => {
    expect(jobView(jobWith(JobState.RUNNING, AttemptState.STARTED, { progress }))).toMatchObject({
      ...{ progress: percent, progress_message: message },
    });
  });

  it("shows a completed job at 100 with its result, put into an object where it is none", () => {
    const ended = (result: string) =>
      jobView(
        jobWith(JobState.SUCCEEDED, AttemptState.SUCCEEDED, { outcome: { result: { data: Buffer.from(result) } } }),
      );
    expect(ended('{ "n":1.0 }')).toMatchObject({ progress: 100, result: { text: '{ "n":1.0 }' } });
    expect(ended("[1]").result?.text).toBe('{"output":[1]}');
    expect(jobView(jobWith(JobState.SUCCEEDED, AttemptState.SUCCEEDED)).result).toBeNull();
  });

  it("shows a job of another client by what the core knows", () => {
    const job = jobWith(JobState.RUNNING, AttemptState.CLAIMED);
    if (job.lastAttempt !== undefined) job.lastAttempt.claimInfo = new Uint8Array();
    expect(jobView(job)).toMatchObject({ definition_name: "d", definition_version: null, runner_name: "r1" });
  });
});
