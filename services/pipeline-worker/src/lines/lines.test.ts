import { expect, it } from "vitest";
import { failureLine } from "./failure-line.js";
import { layerLine } from "./layer-line.js";
import { startLines } from "./start-lines.js";

it("writes layers with a sign, and what failed with what is known", () => {
  expect(layerLine("fetch_job", "processing")).toBe("🔄 fetch_job: processing");
  expect(layerLine("fetch_job", "success", "Found job: X", { ignored: 1 })).toBe("✅ fetch_job: Found job: X");
  expect(layerLine("persist", "failed", "no room")).toBe("❌ persist: no room");
  expect(layerLine("persist", "failed", "no room", { error_type: "Error" })).toBe(
    '❌ persist: {"event":"layer_error","layer_key":"persist","message":"no room","metadata":{"error_type":"Error"}}',
  );
});

it("tells the sort of an error and where it was thrown", () => {
  const line = JSON.parse(failureLine(new TypeError("broken"), "65f0"));
  expect(line).toMatchObject({
    event: "error",
    job_id: "65f0",
    error: "broken",
    metadata: { error_type: "TypeError" },
  });
  expect(line.metadata.traceback).toContain("lines.test");
  expect(JSON.parse(failureLine("words", undefined))).toMatchObject({
    error: "words",
    metadata: { error_type: "string" },
  });
});

it("begins runs about postings with what is done", () => {
  const input = { operation: "generate-cv", job_id: "65f0", tier: "quality", use_annotations: false };
  expect(startLines("generate-cv", input)).toEqual([
    "Starting generate-cv for job 65f0",
    "Tier: quality, use_annotations: false",
  ]);
  expect(startLines("extract", { operation: "extract", job_id: "65f0" })).toEqual([
    "Starting extract for job 65f0",
    "Tier: balanced",
  ]);
  expect(startLines("full_pipeline", input)).toEqual([]);
  expect(startLines("job-search", { operation: "job-search" })).toEqual([]);
});
