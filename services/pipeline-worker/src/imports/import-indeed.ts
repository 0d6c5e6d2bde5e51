import type { HandlerResult, OperationContext } from "../operation.js";
import { naiveTime } from "../operations/json/times.js";
import { textOf } from "../operations/json/values.js";
import { PageFailure } from "../pages/page-source.js";
import { dedupeKey } from "../postings/dedupe-key.js";
import { indeedPosting, isChallenge, isExpired } from "../sources/indeed-page.js";
import { asImport, importFailure } from "./import-failure.js";
import { indeedKeyOf } from "./indeed-key.js";
import { duplicateResult, storeImport } from "./store-import.js";

const source = "indeed_import";

/** Imports one posting from its page on Indeed; where the site wants to see a person, by the scraper. */
export function importIndeed(context: OperationContext): Promise<HandlerResult> {
  return asImport(context.signal, async () => {
    const given = textOf(context.input.parameters?.["job_key_or_url"]);
    const key = indeedKeyOf(given);
    if (key === undefined) {
      const hint = "Expected a key of 16 hexadecimal digits or an address on indeed.com.";
      throw importFailure("invalid_id", `Could not extract job key from: ${given}. ${hint}`);
    }
    const dedupe = dedupeKey({ source, sourceId: key, company: "", title: "", location: "" });
    const known = await duplicateResult(context, dedupe);
    if (known !== undefined) return known;
    const { html, method } = await fetchPage(context, key);
    if (isExpired(html)) throw importFailure("not_found", `Job not found on Indeed: ${key}`);
    const { title, company, location, description, salary, job_type } = indeedPosting(html);
    if (title === "" || company === "") throw scrapeFailed("its page shows no posting");
    context.layer("fetch", "success", `Found job: ${title}`);
    const facts = { indeed_job_key: key, salary: salary || null, job_type: job_type || null };
    return storeImport(context, {
      ...{ jobId: key, title, company, location, description, dedupeKey: dedupe, source },
      jobUrl: `https://www.indeed.com/viewjob?jk=${key}`,
      metadata: { indeed_metadata: { ...facts, scraped_at: naiveTime(), scrape_method: method } },
    });
  });
}

async function fetchPage({ pages, settings, layer }: OperationContext, key: string) {
  layer("fetch", "processing", `Fetching posting ${key}`);
  const url = `${settings.sources.indeedBaseUrl}/viewjob?jk=${key}`;
  const { status, headers, text } = await pages.fetch(url).catch(failedPage);
  if (status === 404 || status === 410) throw importFailure("not_found", `Job not found on Indeed: ${key}`);
  const isBlocked = status === 403 || status === 429 || isChallenge(text) || (status !== 200 && "cf-ray" in headers);
  if (!isBlocked && status === 200) return { html: text, method: "direct" };
  if (!isBlocked) throw scrapeFailed(`it answered ${status}`);
  if (pages.scraper === undefined)
    throw importFailure("blocked", "Indeed blocked the request. Please try again later.");
  layer("fetch", "retrying", "Indeed wants to see a person: asking the scraper");
  return { html: await pages.scraper.html(url).catch(failedPage), method: "firecrawl" };
}

function failedPage(error: unknown): never {
  if (error instanceof PageFailure) throw scrapeFailed(error.message, error);
  throw error;
}

const scrapeFailed = (words: string, cause?: unknown) =>
  importFailure("scrape_failed", `Failed to scrape Indeed: ${words}`, cause);
