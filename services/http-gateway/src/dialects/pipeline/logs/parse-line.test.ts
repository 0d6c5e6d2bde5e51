import { describe, expect, it } from "vitest";
import { parseLine } from "./parse-line.js";

const structured = (value: object) => parseLine(JSON.stringify(value));

describe("plain lines", () => {
  it.each([
    ["", { source: "unknown", message: "" }],
    ["  Starting generate-cv for job 65f0  ", { source: "python", message: "Starting generate-cv for job 65f0" }],
    ["{ no JSON", { source: "python", message: "{ no JSON" }],
    ["{1: 2}", { source: "python", message: "{1: 2}" }],
    ["[ingest_start] himalayas", { source: "python", message: "[ingest_start] himalayas" }],
    ["[ERROR] broken", { source: "python", level: "error", message: "broken" }],
    ["2026-01-14 20:11:56 [WARNING] src.app: slow", { source: "python", level: "warning", message: "slow" }],
    ["[2026-01-14 20:11:56] [INFO] done", { source: "python", level: "info", message: "done" }],
    [
      "[CVGenerator:job 12] role 1 of 3",
      { source: "python", component: "CVGenerator", context: "job 12", message: "role 1 of 3" },
    ],
    ["words: {no json}", { source: "python", message: "words: {no json}" }],
    ["a: [1]\n  b", { source: "python", message: "a: [1]\n  b" }],
  ])("%j", (line, entry) => {
    expect(parseLine(line)).toEqual(entry);
  });
});

describe("lines that are objects", () => {
  it("say their message, and hand on what they know", () => {
    const line = {
      ...{ timestamp: "2026-01-14T20:11:56", event: "llm_call_complete", message: "done", job_id: "65f0" },
      ...{ backend: "openai", tier: "middle", cost_usd: 0.01, model: "gpt-4o", duration_ms: 1200, error: null },
      metadata: { prompt_preview: "You are", result_length: 90, other: 1 },
    };
    expect(structured(line)).toEqual({
      ...{ source: "structured", message: "done", event: "llm_call_complete", backend: "openai", tier: "middle" },
      ...{ cost_usd: 0.01, model: "gpt-4o", duration_ms: 1200, metadata: line.metadata },
      ...{ prompt_preview: "You are", result_length: 90 },
    });
  });

  it.each([
    [{ event: "layer_start", layer_name: "pain_points" }, "pain_points: layer_start"],
    [{ event: "layer_complete", layer: 2, duration_ms: 40.4 }, "2: layer_complete (40ms)"],
    [{ event: "llm_call_start", step_name: "fit", status: "running", backend: "openai" }, "fit: running [openai]"],
    [{ event: "llm_call_error", step_name: "fit", duration_ms: 7 }, "fit: error (7ms)"],
    [{ event: "llm_call_fallback" }, "llm_call: fallback"],
    [{ event: "phase_start", metadata: { phase: 2 } }, "Phase 2: start"],
    [{ event: "phase_complete", duration_ms: 5 }, "Phase: complete (5ms)"],
    [{ event: "subphase_start", metadata: { subphase: "header" } }, "Subphase header: start"],
    [{ event: "decision_point", metadata: { decision: "keep" } }, "Decision point: keep"],
    [{ event: "validation_result", metadata: { validation_passed: false } }, "Validation result: failed"],
    [{ event: "grading_complete", metadata: { composite_score: 8.5 } }, "Grading complete: 8.5"],
    [{ event: "cv_struct_role_complete", metadata: { subphase: "role 1" } }, "CV role complete: role 1"],
    [{ event: "something_else" }, "something_else"],
    [{ a: 1 }, '{"a":1}'],
  ])("%j says %s", (value, message) => {
    expect(structured(value)).toMatchObject({ source: "structured", message });
  });

  it("are errors where their event says so", () => {
    const metadata = { traceback: "at a\nat b", error_type: "TypeError" };
    expect(structured({ event: "pipeline_error", error: "no key", metadata })).toEqual({
      ...{ source: "structured", message: "\u274c Error: no key", level: "error", event: "pipeline_error" },
      ...{ error: "no key", traceback: "at a\nat b", error_type: "TypeError", metadata },
    });
    expect(structured({ event: "error" }).message).toBe("\u274c Error: unknown");
  });

  it("tell the facts of CV generation beside the summary, retries as warnings", () => {
    const metadata = { attempt: 2, issues_to_fix: ["a"], tactics: ["b"] };
    expect(structured({ event: "retry_attempt", metadata })).toEqual({
      ...{ source: "structured", message: "Retry attempt: 2", level: "warning", event: "retry_attempt" },
      ...{ issues_to_fix: ["a"], tactics: ["b"], metadata },
    });
  });
});

describe("objects behind words", () => {
  it("are read, with their traceback on top", () => {
    const value = {
      event: "layer_error",
      layer_key: "fit",
      message: "no key",
      metadata: { stack_trace: "at a", error_type: "E" },
    };
    expect(parseLine(`\u274c fit: ${JSON.stringify(value)}`)).toEqual({
      ...{ source: "structured_embedded", prefix: "\u274c fit", message: "no key", event: "layer_error" },
      ...{ metadata: value.metadata, traceback: "at a", error_type: "E" },
    });
  });

  it("have their prefix for a message where they have none", () => {
    expect(parseLine('step: {"job_id":"65f0"}')).toEqual({
      ...{ source: "structured_embedded", prefix: "step", message: "step", job_id: "65f0" },
    });
  });
});
