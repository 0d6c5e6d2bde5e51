import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { AttemptSchema, AttemptState, LeaseSchema } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { EndReason, JobSchema, JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { describe, expect, it } from "vitest";
import { writeJson } from "../../json/raw-json.js";
import { availableJobView, claimedBy, claimedJobView, errorOf, jobDetailView, jobStateView } from "./mapping.js";

const at = (ms: number, nanos = 0) => ({ seconds: BigInt(Math.floor(ms / 1000)), nanos: (ms % 1000) * 1e6 + nanos });
const json = (text: string) => ({ data: new TextEncoder().encode(text), contentType: "application/json" });
const shown = (view: object) => JSON.parse(writeJson(view)) as Record<string, unknown>;

type Init<S extends typeof JobSchema | typeof AttemptSchema> = Exclude<MessageInitShape<S>, { $typeName: string }>;
const job = (over: Init<typeof JobSchema> = {}, attempt?: Init<typeof AttemptSchema>) =>
  create(JobSchema, {
    ...{ id: "j", state: JobState.QUEUED, spec: { kind: "t", input: json('{"b":1.0,"a":2}') } },
    ...{ createTime: at(1_000, 999_000), updateTime: at(1_500) },
    ...(attempt === undefined ? {} : { lastAttempt: create(AttemptSchema, attempt) }),
    ...over,
  });
const live = { runnerId: "r", state: AttemptState.STARTED, claimTime: at(2_000), startTime: at(2_100) };

describe("a waiting job", () => {
  it("has nothing but itself", () => {
    const times = { created_at: 1_000, updated_at: 1_500 };
    expect(shown(jobStateView(job(), ""))).toEqual({ job_id: "j", status: "pending", job_type: "t", ...times });
    expect(writeJson(availableJobView(job()))).toBe(
      '{"job_id":"j","job_type":"t","input_params":{"b":1.0,"a":2},"created_at":1000}',
    );
    expect(shown(jobDetailView(job(), ""))).toEqual({
      ...{ job_id: "j", status: "pending", job_type: "t", input_params: { b: 1, a: 2 }, ...times },
      ...{ claimed_by: null, claimed_at: null, console_output: "", last_heartbeat: null },
    });
  });

  it("shows nothing of a runner that gave it back", () => {
    const released = { ...live, state: AttemptState.RELEASED, progress: { current: 1, total: 2 } };
    expect(claimedBy(job({}, released))).toBeNull();
    expect(shown(jobDetailView(job({}, released), ""))).toMatchObject({ claimed_at: null, last_heartbeat: null });
    expect(shown(jobStateView(job({}, released), ""))).not.toHaveProperty("progress");
  });
});

describe("a running job", () => {
  it("shows its runner, progress and last heartbeat", () => {
    const running = job(
      { state: JobState.RUNNING },
      { ...live, progress: { current: 0.5, total: 2, updateTime: at(3_000) } },
    );
    expect(shown(jobDetailView(running, "so far"))).toMatchObject({
      ...{ status: "in_progress", claimed_by: "r", claimed_at: 2_000, last_heartbeat: 3_000 },
      ...{ progress: { current: 0.5, total: 2 }, console_output: "so far" },
    });
    expect(shown(jobStateView(running, "so far"))).not.toHaveProperty("result");
    const { startTime: _, ...claimed } = { ...live, state: AttemptState.CLAIMED };
    expect(shown(jobDetailView(job({ state: JobState.RUNNING }, claimed), ""))).toMatchObject({
      ...{ status: "claimed", last_heartbeat: 2_000 },
    });
  });
});

describe("a completed job", () => {
  const ended = (result: { data: Uint8Array; contentType: string } | undefined) =>
    job(
      { state: JobState.SUCCEEDED, endReason: EndReason.REPORTED },
      { ...live, state: AttemptState.SUCCEEDED, outcome: result === undefined ? {} : { result } },
    );

  it("shows its output as it was written", () => {
    expect(writeJson(jobStateView(ended(json('{"b":1.0}')), "text"))).toContain(
      '"result":{"output_data":{"b":1.0},"console_output":"text"}',
    );
    expect(writeJson(jobDetailView(ended(json("null")), ""))).toContain('"output_data":null');
    expect(writeJson(jobDetailView(ended(undefined), ""))).toContain('"output_data":null');
  });
});

describe("a failed job", () => {
  it("has the words of its end, whoever said them", () => {
    const { FAILED, TIMED_OUT, CANCELLED, SUCCEEDED } = JobState;
    expect(errorOf({ state: FAILED, endMessage: "it broke" })).toBe("it broke");
    expect(errorOf({ state: FAILED, endMessage: "" })).toBe("");
    expect(errorOf({ state: TIMED_OUT, endMessage: "" })).toBe("Job timed out");
    expect(errorOf({ state: CANCELLED, endMessage: "" })).toBe("Job was cancelled");
    expect(errorOf({ state: CANCELLED, endMessage: "not needed" })).toBe("not needed");
    expect(errorOf({ state: SUCCEEDED, endMessage: "words" })).toBe("");
    expect(shown(jobStateView(job({ state: FAILED }), ""))).not.toHaveProperty("error");
  });

  it("keeps its runner and progress when it was lost", () => {
    const lost = { ...live, state: AttemptState.LOST, progress: { current: 1, total: 2 } };
    const failed = job({ state: JobState.FAILED, endReason: EndReason.LEASE_LOST, endMessage: "lost" }, lost);
    expect(shown(jobDetailView(failed, "x"))).toMatchObject({
      ...{ status: "failed", claimed_by: "r", progress: { current: 1, total: 2 }, error_message: "lost" },
    });
  });
});

describe("inputs", () => {
  it("of other clients may be missing, or no JSON", () => {
    const lease = create(LeaseSchema, { jobId: "j", input: { data: new Uint8Array(), contentType: "" } });
    expect(shown(claimedJobView(lease, "t"))).toEqual({ job_id: "j", job_type: "t", input_params: {} });
    const bytes = { data: new Uint8Array([0xff]), contentType: "image/x" };
    expect(shown(availableJobView(job({ spec: { kind: "t", input: bytes } })))).toMatchObject({
      input_params: { content_type: "image/x", base64: "/w==" },
    });
  });
});
