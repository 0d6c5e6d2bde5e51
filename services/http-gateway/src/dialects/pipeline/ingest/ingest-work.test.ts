import { expect, it } from "vitest";
import { ingestWork } from "./ingest-work.js";

it("fills the defaults of a source in", () => {
  expect(ingestWork("himalaya", {})).toEqual({
    kind: "ingest-himalaya",
    subject: "himalayas_auto",
    input: {
      parameters: {
        max_results: 100,
        worldwide_only: true,
        skip_scoring: false,
        incremental: true,
        score_threshold: 70,
      },
    },
  });
});

it("reads the words of a query and the booleans of a schedule", () => {
  const query = { search_term: "cto", incremental: "no", skip_scoring: "1", max_results: 5 };
  expect(ingestWork("indeed", query).input.parameters).toMatchObject({
    search_term: "cto",
    country: "USA",
    incremental: false,
    skip_scoring: true,
    max_results: 5,
  });
  expect(ingestWork("bayt", { search_term: "cto", incremental: false }).input.parameters).toEqual({
    search_term: "cto",
    max_results: 25,
    skip_scoring: false,
    incremental: false,
    score_threshold: 70,
  });
});
