import { himalayasRow, oldHimalayasRow } from "@switchyard/testkit";
import { expect, it } from "vitest";
import type { Page, PageSource } from "../pages/page-source.js";
import { createHimalayas, himalayasJob, himalayasRows, isWorldwide } from "./himalayas.js";

const pubDate = Date.UTC(2026, 0, 14, 20, 11, 56, 123);
const row = himalayasRow({
  title: "Staff Engineer",
  company: "Acme",
  guid: "g-1",
  pubDate,
  places: ["Germany", "Austria"],
});
const asRow = (value: object) => value as Record<string, unknown>;

it("reads a posting in today's form", () => {
  expect(himalayasJob(asRow(row))).toEqual({
    title: "Staff Engineer",
    company: "Acme",
    location: "Germany, Austria",
    description: "About the role\nAcme needs a Staff Engineer.\n- Lead people\n- Build systems",
    url: "https://himalayas.example/companies/g-1",
    salary: "USD 100,000 - 150,000",
    job_type: "Full Time",
    posted_date: "2026-01-14T20:11:56.123000",
    source_id: "g-1",
  });
});

it("reads one in the form of older clients", () => {
  const old = oldHimalayasRow({ title: "CTO", company: "Acme", guid: "7", pubDate, places: ["Worldwide"] });
  expect(himalayasJob(asRow(old))).toMatchObject({
    ...{ title: "CTO", location: "Worldwide", salary: null, source_id: "7" },
    ...{ posted_date: "2026-01-14T20:11:56.123000", url: "https://himalayas.example/jobs/7" },
  });
});

it.each([
  [1_768_421_516, "2026-01-14T20:11:56.000000"],
  [1_768_421_516_123, "2026-01-14T20:11:56.123000"],
  ["1768421516", "2026-01-14T20:11:56.000000"],
  ["2026-01-14", "2026-01-14T00:00:00.000000"],
  ["2026-01-14T20:11:56", "2026-01-14T20:11:56.000000"],
  ["2026-01-14T22:11:56+02:00", "2026-01-14T20:11:56.000000"],
  ["yesterday", null],
  [null, null],
  [undefined, null],
])("reads the date %j", (date, expected) => {
  expect(himalayasJob({ ...asRow(row), pubDate: date })?.posted_date).toBe(expected);
});

it("knows which postings are open to all the world", () => {
  expect(isWorldwide({ locationRestrictions: [] })).toBe(true);
  expect(isWorldwide({})).toBe(true);
  expect(isWorldwide({ locationRestrictions: ["Worldwide"] })).toBe(true);
  expect(isWorldwide({ locationRestrictions: [{ name: "Germany" }] })).toBe(false);
  expect(isWorldwide({ locationRestrictions: ["Germany"] })).toBe(false);
});

it("takes an array, jobs or data; drops what has no title or company", () => {
  for (const answer of [[row], { jobs: [row], totalCount: 1 }, { data: [row] }])
    expect(himalayasRows(answer)).toEqual({ rows: [row], total: 1 });
  expect(himalayasRows("nothing")).toEqual({ rows: [], total: 0 });
  expect(himalayasJob({ ...asRow(row), title: " " })).toBeUndefined();
  expect(himalayasJob({ ...asRow(row), companyName: null })).toBeUndefined();
});

/** Pages that answer a question by its query. */
function pagesOf(answer: (offset: number) => unknown): PageSource & { readonly asked: number[] } {
  const asked: number[] = [];
  return {
    asked,
    scraper: undefined,
    readText: () => Promise.reject(new Error("not asked for")),
    async fetch(url): Promise<Page> {
      const offset = Number(new URL(url).searchParams.get("offset"));
      asked.push(offset);
      return { status: 200, url, headers: {}, text: JSON.stringify(answer(offset)) };
    },
  };
}

const many = Array.from({ length: 45 }, (_, index) =>
  himalayasRow({ title: index % 2 === 0 ? "Tech Lead" : "Director", company: "Acme", guid: `g-${index}` }),
);
const paged = (offset: number) => ({ totalCount: many.length, jobs: many.slice(offset, offset + 20) });

it("reads page after page until enough postings fit, or all are read", async () => {
  const pages = pagesOf(paged);
  const source = createHimalayas(pages, "https://api.test/jobs");
  expect(await source.find({ terms: ["tech lead"], maxResults: 12 })).toHaveLength(12);
  expect(pages.asked).toEqual([0, 20]);
  expect(await source.find({ terms: ["tech lead", "cto"], maxResults: 100 })).toHaveLength(23);
  expect(pages.asked).toEqual([0, 20, 0, 20, 40]);
});

it("stops at a server that knows no pages, and takes each posting once", async () => {
  const pages = pagesOf(() => [...many.slice(0, 3), ...many.slice(0, 3)]);
  const found = await createHimalayas(pages, "https://api.test/jobs").find({ terms: [], maxResults: 100 });
  expect(found).toHaveLength(3);
  expect(pages.asked.length).toBeLessThanOrEqual(2);
});
