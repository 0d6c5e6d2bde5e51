import { expect, it } from "vitest";
import { searchCacheKey, searchRequestOf } from "./search-request.js";

it("fills the defaults in", () => {
  expect(searchRequestOf({ job_titles: ["cto"] })).toEqual({
    job_titles: ["cto"],
    regions: ["gulf", "worldwide_remote"],
    sources: ["indeed", "bayt", "himalayas"],
    remote_only: false,
    max_results_per_source: null,
  });
});

// Vectors made with Python's json.dumps and hashlib.
it.each([
  [{ job_titles: ["senior_swe", " Staff Engineer "] }, "b08193d1240c284016c71c45170dd25b"],
  [
    { job_titles: ['Köln "x" 😀'], regions: ["gulf"], sources: ["bayt"], remote_only: true },
    "03b74719fc48d0ae2e4ecbd42f3c7214",
  ],
])("keeps the old service's key of %j", (body, key) => {
  expect(searchCacheKey(searchRequestOf(body))).toBe(key);
});

it("has one key for a search in any order and letter case, whatever is left out", () => {
  const key = searchCacheKey(searchRequestOf({ job_titles: ["a", "B"], regions: ["gulf", "worldwide_remote"] }));
  const other = { job_titles: ["b ", "A"], regions: ["worldwide_remote", "gulf"], max_results_per_source: 5 };
  expect(searchCacheKey(searchRequestOf(other))).toBe(key);
  expect(searchCacheKey(searchRequestOf({ ...other, remote_only: true }))).not.toBe(key);
});
