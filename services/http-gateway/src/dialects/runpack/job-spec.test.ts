import { HoldMode, LostLeaseAction, OnConflict } from "@switchyard/proto/switchyard/scheduler/v1/policy_pb";
import { RetentionClass } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { describe, expect, it } from "vitest";
import { jobSpecFromSubmission, submissionOf } from "./job-spec.js";

const specOf = (text: string) =>
  jobSpecFromSubmission(submissionOf({ text, value: JSON.parse(text) }), { heartbeatTimeoutMs: 1_500 });

describe("jobSpecFromSubmission", () => {
  it("says the dialect's policies", () => {
    expect(specOf('{"job_type":"t","input_params":{}}')).toMatchObject({
      ...{ queue: "jobs", kind: "t", retention: RetentionClass.KEEP },
      policies: {
        ...{ maxAttempts: 1, hold: HoldMode.ATTEMPT, lease: { seconds: 1n, nanos: 500_000_000 } },
        lost: {
          ...{ beforeStart: LostLeaseAction.FAIL, afterStart: LostLeaseAction.FAIL },
          message: "Job timed out - no heartbeat received",
        },
      },
      reuse: {
        key: "fb7571cd7b7ad2d038efdfa0569bb9e3d644ed7e9e09e63c15c5267aa379fe49",
        ...{ states: [1, 2, 3, 4, 5], onConflict: OnConflict.RETURN },
      },
    });
  });

  it("keeps the input as it was written, all keys in their order", () => {
    const { input } = specOf(
      '{"input_params":"no","job_type":"t","input_params":{"b":1.0, "a":"\\u0000","1":0,"b":2}}',
    );
    expect(new TextDecoder().decode(input?.data)).toBe('{"b":1.0,"a":"\\u0000","1":0,"b":2}');
  });

  it("refuses a job type that nothing can keep", () => {
    expect(() => specOf(`{"job_type":"${"x".repeat(66_000)}","input_params":{}}`)).toThrow("Failed to submit job");
  });
});
