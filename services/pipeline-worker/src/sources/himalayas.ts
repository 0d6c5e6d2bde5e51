import { numberOf, objectOf, objectsOf, textOf, textsOf, type JsonObject } from "../operations/json/values.js";
import { type PageSource, PageFailure } from "../pages/page-source.js";
import { readableText } from "../pages/readable-text.js";
import { type FoundJob, type JobSource, postedDate, salaryText } from "./found-job.js";
import { mentionsTerm } from "./mentions-term.js";

/** Postings of one answer, as the publisher documents it. */
const pageSize = 20;

/** The API knows no search, so many postings are read to find a few. */
const maxPages = 25;

/** The publisher's API of remote jobs. Answers are read page by page, until enough postings fit. */
export function createHimalayas(pages: PageSource, apiUrl: string): JobSource {
  return {
    async find({ terms, maxResults, remoteOnly = false }) {
      const found = new Map<string, FoundJob>();
      const seen = new Set<string>();
      for (let page = 0; page < maxPages && found.size < maxResults; page++) {
        const answer = await readPage(pages, apiUrl, page * pageSize);
        const before = seen.size;
        for (const row of answer.rows) {
          const job = himalayasJob(row);
          const key = job === undefined ? JSON.stringify(row) : (job.source_id ?? job.url);
          if (seen.has(key)) continue;
          seen.add(key);
          if (job === undefined || found.size === maxResults) continue;
          if (mentionsTerm(job.title, terms) && (!remoteOnly || isWorldwide(row))) found.set(key, job);
        }
        // A server that knows no pages answers the same again.
        if (seen.size === before || seen.size >= answer.total) break;
      }
      return [...found.values()];
    },
  };
}

async function readPage(pages: PageSource, apiUrl: string, offset: number) {
  const url = new URL(apiUrl);
  url.searchParams.set("limit", String(pageSize));
  url.searchParams.set("offset", String(offset));
  const { status, text } = await pages.fetch(url.href, { headers: { accept: "application/json" }, timeoutMs: 30_000 });
  if (status !== 200) throw new PageFailure(`Himalayas answered ${status}`);
  return himalayasRows(JSON.parse(text));
}

/** The postings of an answer in any of its forms, and how many there are in all: those here, where it doesn't say. */
export function himalayasRows(answer: unknown): { readonly rows: readonly JsonObject[]; readonly total: number } {
  if (Array.isArray(answer)) return { rows: objectsOf(answer), total: answer.length };
  const { jobs, data, totalCount } = objectOf(answer);
  const rows = objectsOf(jobs ?? data);
  return { rows, total: numberOf(totalCount) ?? rows.length };
}

/** A posting in today's form or an older one; undefined without title or company. */
export function himalayasJob(row: JsonObject): FoundJob | undefined {
  const title = textOf(row["title"]);
  const company = textOf(row["companyName"]) || textOf(row["company"]) || textOf(objectOf(row["company"])["name"]);
  if (title === "" || company === "") return undefined;
  const id = row["guid"] ?? row["id"];
  const places = restrictions(row);
  const url = [row["applicationLink"], row["url"], row["guid"]].map(textOf).find((text) => /^https?:/.test(text)) ?? "";
  return {
    title,
    company,
    location: places.length === 0 ? "Worldwide" : places.join(", "),
    description: readableText(textOf(row["description"]) || textOf(row["excerpt"])),
    url,
    salary: salaryText(
      textOf(row["currency"]) || textOf(row["salaryCurrency"]) || "USD",
      numberOf(row["minSalary"]),
      numberOf(row["maxSalary"]),
    ),
    job_type: textOf(row["employmentType"]) || null,
    posted_date: postedDate(row["pubDate"] ?? row["publishedDate"] ?? row["postedDate"]),
    source_id: typeof id === "number" || (typeof id === "string" && id !== "") ? String(id) : null,
  };
}

/** Whether a posting is open to people everywhere: it names no places, or the whole world. */
export function isWorldwide(row: JsonObject): boolean {
  const places = restrictions(row);
  return places.length === 0 || places.some((place) => /^(?:worldwide|anywhere|global|remote)$/i.test(place));
}

/** Places as texts, or as objects with a name. */
function restrictions(row: JsonObject): readonly string[] {
  const list = row["locationRestrictions"];
  const names = objectsOf(list).map((place) => textOf(place["name"]) || textOf(place["alpha2"]));
  return [...textsOf(list), ...names.filter((name) => name !== "")];
}
