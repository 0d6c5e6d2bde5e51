import { durationMs } from "@bufbuild/protobuf/wkt";
import { describe, expect, it } from "vitest";
import { jobSpecOf, postingOf } from "./job-spec.js";
import { pipelineWork } from "./pipeline-work.js";

const settings = { timeoutSeconds: 600 };
const inputOf = (spec: ReturnType<typeof jobSpecOf>) => JSON.parse(Buffer.from(spec.input?.data ?? []).toString());

describe("what work is to the core", () => {
  it("of an operation", () => {
    const input = { job_id: "65F0C0FFEE0123456789ABCD", tier: "quality", use_llm: false };
    const spec = jobSpecOf({ kind: "generate-cv", input, synchronousClass: true }, settings);
    expect(spec).toMatchObject({
      ...{ queue: "direct", kind: "generate-cv", subject: "65f0c0ffee0123456789abcd" },
      ...{ concurrencyKeys: ["operations"], order: { rankClass: -1, weight: 30 } },
      labels: { tier: "quality", job_id: "65F0C0FFEE0123456789ABCD" },
    });
    expect(inputOf(spec)).toEqual({ operation: "generate-cv", ...input });
    expect(spec.policies).toMatchObject({ maxAttempts: 3 });
    expect(spec.policies?.executionTimeout).toBeUndefined();
    expect(postingOf(spec)).toBe("65F0C0FFEE0123456789ABCD");
  });

  it("of a pipeline run", () => {
    const spec = jobSpecOf(pipelineWork("65f0c0ffee0123456789abcd", { source: "page" }), settings);
    expect(spec).toMatchObject({
      ...{ queue: "queue", kind: "full_pipeline", subject: "65f0c0ffee0123456789abcd" },
      ...{ concurrencyKeys: ["pipeline"], order: { rankClass: 0 }, labels: { tier: "auto", source: "page" } },
    });
    expect(inputOf(spec)).toEqual({
      ...{ operation: "full_pipeline", job_id: "65f0c0ffee0123456789abcd", tier: "auto" },
      ...{ profile_ref: null, source: "page" },
    });
    expect(spec.policies?.executionTimeout && durationMs(spec.policies.executionTimeout)).toBe(600_000);
  });

  it("of postings whose ids are none, and of none at all", () => {
    const long = "ä\n".repeat(600);
    const spec = jobSpecOf({ kind: "extract", input: { job_id: long, tier: long } }, settings);
    expect(spec.subject).toMatch(/^sha256:/);
    for (const value of Object.values(spec.labels)) {
      expect(Buffer.byteLength(value)).toBeLessThanOrEqual(1024);
      expect(value).not.toContain("\n");
    }
    expect(inputOf(spec)).toMatchObject({ job_id: long });
    const ingest = jobSpecOf({ kind: "ingest-bayt", subject: "bayt", input: { parameters: {} } }, settings);
    expect(ingest).toMatchObject({ subject: "bayt", labels: {} });
  });
});
