import { create } from "@bufbuild/protobuf";
import { JobSchema } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { describe, expect, it } from "vitest";
import { importView, importWork } from "./import-view.js";

describe("what is imported", () => {
  it("is named by the body", () => {
    expect(importWork("linkedin", { job_id_or_url: " 123 " })).toEqual({
      kind: "import-linkedin",
      input: { parameters: { job_id_or_url: "123" } },
    });
    expect(importWork("indeed", { job_key_or_url: "0123456789abcdef" }).kind).toBe("import-indeed");
  });

  it("must not be blank", () => {
    expect(() => importWork("linkedin", { job_id_or_url: " " })).toThrow("job_id_or_url is required");
    expect(() => importWork("indeed", { job_key_or_url: "" })).toThrow("job_key_or_url is required");
  });
});

describe("the answer", () => {
  const result = {
    success: true,
    data: {
      job_id: "65f0c0ffee0123456789abcd",
      title: "CTO",
      company: "Acme",
      duplicate: true,
      error: "Job already exists in database",
    },
    cost_usd: 0,
    duration_ms: 1,
    error: null,
    input_tokens: 0,
    output_tokens: 0,
    model_used: null,
  };

  it("has every member", () => {
    expect(importView({ job: create(JobSchema), result, failure: undefined })).toEqual({
      success: true,
      job_id: "65f0c0ffee0123456789abcd",
      title: "CTO",
      company: "Acme",
      location: null,
      score: null,
      tier: null,
      score_rationale: null,
      duplicate: true,
      error: "Job already exists in database",
    });
  });
});
