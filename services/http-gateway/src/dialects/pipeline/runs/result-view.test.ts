import { describe, expect, it } from "vitest";
import { operationResponse, resultView } from "./result-view.js";

const result = {
  ...{ success: true, data: { a: 1 }, cost_usd: 0.03, duration_ms: 41_000, error: null },
  ...{ input_tokens: 1, output_tokens: 2, model_used: "gpt-4o-mini" },
};
const facts = {
  success: true,
  cost_usd: 0.03,
  run_id: "r",
  model_used: "gpt-4o-mini",
  duration_ms: 41_000,
  error: null,
};

describe("results", () => {
  it("have seven members", () => {
    expect(operationResponse("r", result, undefined)).toEqual({ ...facts, data: { a: 1 } });
    expect(resultView("research-company", "r", result, null)).toEqual({ ...facts, data: { a: 1 } });
  });

  it("tell a failure in the same shape", () => {
    const failure = { message: "no key", code: undefined };
    expect(operationResponse("r", undefined, failure)).toEqual({
      ...{ success: false, data: {}, cost_usd: 0, run_id: "r", error: "no key", model_used: null, duration_ms: 0 },
    });
    expect(operationResponse("r", result, failure)).toMatchObject({ success: false, data: { a: 1 }, cost_usd: 0.03 });
    expect(operationResponse("r", undefined, undefined)).toMatchObject({ success: false, error: null });
  });

  it("are flat where clients know them so", () => {
    const data = { message: "Hello", char_count: 5, success: false };
    expect(resultView("outreach", "r", { ...result, data }, null)).toEqual({
      ...facts,
      message: "Hello",
      char_count: 5,
    });
  });

  it("of an ingestion are what the worker wrote", () => {
    const data = { source: "bayt", stats: {}, jobs: [] };
    expect(resultView("ingest-bayt", "r", { ...result, data }, null)).toEqual({ success: true, error: null, ...data });
  });
});
