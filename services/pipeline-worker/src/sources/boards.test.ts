import {
  baytDetailHtml,
  baytListHtml,
  type BoardPosting,
  challengeHtml,
  indeedHtml,
  indeedResult,
  linkedinHtml,
} from "@switchyard/testkit";
import { expect, it } from "vitest";
import { baytCards } from "./bayt.js";
import { baytDetails } from "./bayt-details.js";
import { indeedJob, searchQuery } from "./indeed-graphql.js";
import { indeedPosting, isChallenge, isExpired } from "./indeed-page.js";
import { linkedinPosting } from "./linkedin-page.js";

const posting: BoardPosting = {
  id: "0123456789abcdef",
  title: "Engineering Manager",
  company: "Acme",
  location: "Austin, TX, US",
  description: "<p>We build <b>things</b>.</p><ul><li>Lead</li></ul><script>alert(1)</script>",
};
const description = "We build things.\n- Lead";

it("reads LinkedIn's page for guests", () => {
  expect(linkedinPosting(linkedinHtml(posting))).toEqual({
    ...{ title: "Engineering Manager", company: "Acme", location: "Austin, TX, US", description },
    ...{ seniority_level: "Mid-Senior level", employment_type: "Full-time" },
    ...{ job_function: "Engineering", industries: "Software Development" },
  });
  expect(linkedinPosting("<h2>Sign in</h2>")).toMatchObject({ title: "", company: "", description: "" });
});

it("reads Indeed's page", () => {
  expect(indeedPosting(indeedHtml(posting))).toEqual({
    ...{ title: "Engineering Manager", company: "Acme", location: "Austin, TX, US", description },
    ...{ salary: "$150,000 - $180,000 a year", job_type: "Full-time" },
  });
  expect(isChallenge(challengeHtml)).toBe(true);
  expect(isChallenge(indeedHtml(posting))).toBe(false);
  expect(isExpired("<h1>This job has expired on Indeed</h1>")).toBe(true);
});

it("reads results of Indeed's search", () => {
  const { job } = indeedResult(posting, { datePublished: 1_768_421_516_123 }) as { job: Record<string, unknown> };
  expect(indeedJob(job, "www")).toEqual({
    ...{ title: "Engineering Manager", company: "Acme", location: "Austin, TX, US", description },
    url: "https://www.indeed.com/viewjob?jk=0123456789abcdef",
    ...{ salary: "USD 150,000 - 180,000 per year", job_type: "Full-time" },
    ...{ posted_date: "2026-01-14T20:11:56.123000", source_id: "in-0123456789abcdef" },
  });
  const remote = { ...job, attributes: [{ key: "DSQF7", label: "Remote" }] };
  expect(indeedJob(remote, "www")?.location).toBe("Austin, TX, US (Remote)");
  expect(indeedJob({ ...job, employer: null }, "www")).toBeUndefined();
});

it("writes values into the query as literals, whatever they hold", () => {
  const query = searchQuery('a") { evil }', { terms: [], maxResults: 80, location: 'b"', hoursOld: 24 }, "c");
  expect(query).toContain('what: "a\\") { evil }"');
  expect(query).toContain('location: { where: "b\\"", radius: 50, radiusUnit: MILES } limit: 50 cursor: "c"');
  expect(query).toContain('filters: { date: { field: "dateOnIndeed", start: "24h" } }');
});

it("reads Bayt's lists and pages", () => {
  const [card, ...others] = baytCards(baytListHtml([posting], "https://bayt.test", 1_768_421_516), "https://bayt.test");
  expect(others).toEqual([]);
  expect(card).toMatchObject({
    ...{ title: "Engineering Manager", company: "Acme", location: "Austin, TX, US" },
    ...{ url: "https://bayt.test/en/job/0123456789abcdef/", source_id: "bayt-0123456789abcdef" },
    posted_date: "2026-01-14T20:11:56.000000",
  });
  expect(baytDetails(baytDetailHtml({ ...posting, location: "Dubai" }))).toEqual({
    description: "We build things.\n- Lead",
    location: "Dubai, AE",
    salary: "AED 30,000 - 40,000 per month",
    job_type: "FULL_TIME",
    posted_date: "2026-01-10T00:00:00.000000",
  });
  expect(baytDetails('<script type="application/ld+json">{broken</script>')).toEqual({ description: "", location: "" });
});
