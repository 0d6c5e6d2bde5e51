import { expect, it } from "vitest";
import type { FoundJob } from "../sources/found-job.js";
import { hitKey, newIndexJob, seenAgain, shownJob } from "./index-job.js";
import { searchRequest } from "./search-request.js";
import { planSource } from "./source-plan.js";

const job: FoundJob = {
  ...{ title: "Tech Lead", company: "Acme", location: "Dubai, AE", description: "Lead.", url: "https://a.test/1" },
  ...{ salary: null, job_type: null, posted_date: null, source_id: "in-1" },
};
const hit = { job, source: "indeed", region: "gulf", isRemote: false };

it("reads presets, free words and defaults", () => {
  const request = searchRequest({
    job_titles: ["cto", "Tech Lead", "tech_lead"],
    regions: ["gulf", "mars"],
    sources: ["himalayas", "indeed", "paper"],
    max_results_per_source: null,
    cache_key: "k",
  });
  expect(request).toMatchObject({
    terms: ["CTO Chief Technology Officer", "Tech Lead"],
    sources: ["indeed", "himalayas"],
    ...{ remoteOnly: false, maxPerSource: 25, cacheKey: "k" },
  });
  expect(request.regions.map(({ id }) => id)).toEqual(["gulf"]);
});

it("asks Indeed for each country or for remote work, and the others once", () => {
  const request = searchRequest({ job_titles: ["a", "b"], regions: ["gulf", "worldwide_remote"], sources: [] });
  const plans = planSource("indeed", request).map(({ region, query }) => [region.id, query.country, query.remoteOnly]);
  expect(plans).toEqual([
    ["gulf", "AE", false],
    ["gulf", "SA", false],
    ["gulf", "QA", false],
    ["gulf", "KW", false],
    ["worldwide_remote", undefined, true],
  ]);
  expect(planSource("himalayas", request)).toMatchObject([
    { region: { id: "worldwide_remote" }, query: { remoteOnly: true } },
  ]);
  expect(planSource("bayt", request)).toMatchObject([{ region: { id: "gulf" }, query: { terms: ["a", "b"] } }]);
});

it("counts a posting that is found again, and leaves what people did with it", () => {
  const first = { ...newIndexJob("65f0c0ffee0123456789abcd", hit, "t1"), hidden: true };
  expect(first).toMatchObject({
    dedupeKey: "indeed|in-1",
    search_hits: 1,
    discovered_at: "t1",
    text: "Tech Lead\nAcme\nDubai, AE\nLead.",
  });
  expect(hitKey(hit)).toBe("indeed|in-1");
  const again = seenAgain(first, "t2");
  expect(again).toMatchObject({ search_hits: 2, discovered_at: "t1", last_seen_at: "t2", hidden: true });
  expect(shownJob(again)).not.toHaveProperty("description");
  expect(shownJob(again)).not.toHaveProperty("text");
});
