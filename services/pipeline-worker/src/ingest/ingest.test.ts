import { expect, it } from "vitest";
import type { FoundJob } from "../sources/found-job.js";
import { newerThan } from "./incremental.js";
import { ingestRequest } from "./ingest-request.js";

const job = (title: string, posted_date: string | null): FoundJob => ({
  ...{ title, company: "Acme", location: "Remote", description: "", url: "https://a.test/" },
  ...{ salary: null, job_type: null, posted_date, source_id: title },
});
const jobs = [
  job("older", "2026-01-01T00:00:00.000000"),
  job("same", "2026-01-02T10:00:00.000000"),
  job("newer", "2026-01-02T10:00:00.001000"),
  job("undated", null),
];
const titles = (list: readonly FoundJob[]) => list.map(({ title }) => title);

it("keeps what is newer than the last fetch, and what has no date", () => {
  expect(titles(newerThan(jobs, "2026-01-02T10:00:00.000000"))).toEqual(["newer", "undated"]);
  expect(titles(newerThan(jobs, null))).toHaveLength(4);
});

it("fills in what the caller leaves out", () => {
  expect(ingestRequest("himalayas", {}, ["cto"])).toEqual({
    source: "himalayas",
    sourceName: "himalayas_auto",
    query: { terms: ["cto"], maxResults: 100, remoteOnly: true },
    incremental: true,
    skipScoring: false,
    scoreThreshold: 70,
  });
  const indeed = { search_term: "Tech Lead", country: "UAE", max_results: 5, hours_old: 24, skip_scoring: true };
  expect(ingestRequest("indeed", { ...indeed, incremental: false, score_threshold: 0 }, [])).toEqual({
    source: "indeed",
    sourceName: "indeed_auto",
    query: { terms: ["Tech Lead"], maxResults: 5, country: "UAE", hoursOld: 24, remoteOnly: false },
    incremental: false,
    skipScoring: true,
    scoreThreshold: 0,
  });
});
