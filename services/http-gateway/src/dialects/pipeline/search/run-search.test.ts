import { expect, it } from "vitest";
import { cachedSearchView, foundView } from "./run-search.js";

const key = "b08193d1240c284016c71c45170dd25b";
const job = { job_id: "65f0c0ffee0123456789abcd", title: "CTO" };

it("answers with what a run found", () => {
  const result = {
    success: true,
    data: { results_by_source: { bayt: 1 }, jobs: [job] },
    cost_usd: 0,
    duration_ms: 12,
    error: null,
    input_tokens: 0,
    output_tokens: 0,
    model_used: null,
  };
  expect(foundView({ result, failure: undefined }, key)).toEqual({
    success: true,
    cache_hit: false,
    cache_key: key,
    search_duration_ms: 12,
    total_results: 1,
    results_by_source: { bayt: 1 },
    jobs: [job],
    error: null,
  });
});

it("tells a failure in the same shape", () => {
  const failure = { message: "no source answered", code: undefined };
  expect(foundView({ result: undefined, failure }, key)).toEqual({
    success: false,
    cache_hit: false,
    cache_key: key,
    search_duration_ms: 0,
    total_results: 0,
    results_by_source: {},
    jobs: [],
    error: "no source answered",
  });
});

it("answers with what was found before", () => {
  expect(cachedSearchView({ results_by_source: { bayt: 1 }, jobs: [job] }, key, 3)).toEqual({
    success: true,
    cache_hit: true,
    cache_key: key,
    search_duration_ms: 3,
    total_results: 1,
    results_by_source: { bayt: 1 },
    jobs: [job],
    error: null,
    run_id: null,
    status: "completed",
  });
});
