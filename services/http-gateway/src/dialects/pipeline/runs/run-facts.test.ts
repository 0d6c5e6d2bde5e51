import { create } from "@bufbuild/protobuf";
import { TimestampSchema } from "@bufbuild/protobuf/wkt";
import { AttemptSchema } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { JobSchema, JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { describe, expect, it } from "vitest";
import { operationStatusOf, pipelineStatusOf } from "../vocabulary.js";
import { factsOf } from "./run-facts.js";

const data = (value: unknown) => ({ data: Buffer.from(JSON.stringify(value)), contentType: "application/json" });
const time = create(TimestampSchema, { seconds: 1_768_421_516n });

function run(state: JobState, attempt: Parameters<typeof create<typeof AttemptSchema>>[1] = {}, isCurrent = true) {
  const job = create(JobSchema, { id: "j", state, endMessage: state === JobState.FAILED ? "gone" : "" });
  return { runId: "r", job, attempts: [create(AttemptSchema, attempt)], isCurrent };
}

describe("what is known about a run", () => {
  it("has the layers of its last attempt", () => {
    const steps = [
      { name: "fetch_job", status: "success", message: "Found job: X", time },
      { name: "__proto__", status: "failed", message: "" },
    ];
    const { layers, error, isOver } = factsOf(run(JobState.RUNNING, { progress: { steps } }));
    expect(Object.entries(layers)).toEqual([
      ["fetch_job", { status: "success", message: "Found job: X", timestamp: "2026-01-14T20:11:56.000000" }],
      ["__proto__", { status: "failed", message: "", timestamp: null }],
    ]);
    expect([error, isOver]).toEqual([null, false]);
  });

  it("has a result once it is over", () => {
    const outcome = { result: data({ success: true, data: { a: 1 }, cost_usd: 0.5, duration_ms: 3, model_used: "m" }) };
    expect(factsOf(run(JobState.RUNNING, { outcome })).result).toBeUndefined();
    expect(factsOf(run(JobState.SUCCEEDED, { outcome }))).toMatchObject({
      ...{ isOver: true, error: null },
      result: { success: true, data: { a: 1 }, cost_usd: 0.5, duration_ms: 3, error: null, model_used: "m" },
    });
  });

  it.each(["text", [1], null])("has none that is no object: %j", (value) => {
    expect(factsOf(run(JobState.SUCCEEDED, { outcome: { result: data(value) } })).result).toBeUndefined();
  });

  it("says why it failed: in the worker's words, else in the system's", () => {
    expect(factsOf(run(JobState.FAILED, { outcome: { message: "no key" } })).error).toBe("no key");
    expect(factsOf(run(JobState.FAILED)).error).toBe("gone");
    expect(factsOf(run(JobState.TIMED_OUT)).error).toBe("Operation failed");
    expect(factsOf(run(JobState.CANCELLED)).error).toBe("Cancelled");
  });

  it("is a failure once the job was begun anew", () => {
    const facts = factsOf(run(JobState.RUNNING, { outcome: { message: "first try" } }, false));
    expect(facts).toMatchObject({ state: JobState.FAILED, isOver: true, error: "first try" });
  });
});

describe("words for states", () => {
  it.each([
    [JobState.BLOCKED, "queued", "queued"],
    [JobState.SCHEDULED, "queued", "queued"],
    [JobState.QUEUED, "queued", "queued"],
    [JobState.RUNNING, "running", "running"],
    [JobState.SUCCEEDED, "completed", "completed"],
    [JobState.FAILED, "failed", "failed"],
    [JobState.TIMED_OUT, "failed", "failed"],
    [JobState.CANCELLED, "failed", "cancelled"],
  ])("%s is %s for operations and %s for pipeline runs", (state, operation, pipeline) => {
    expect([operationStatusOf(state), pipelineStatusOf(state)]).toEqual([operation, pipeline]);
  });
});
