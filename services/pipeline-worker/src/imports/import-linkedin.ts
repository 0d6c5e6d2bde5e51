import type { HandlerResult, OperationContext } from "../operation.js";
import { naiveTime } from "../operations/json/times.js";
import { textOf } from "../operations/json/values.js";
import { PageFailure } from "../pages/page-source.js";
import { dedupeKey } from "../postings/dedupe-key.js";
import { type LinkedinPosting, linkedinPosting } from "../sources/linkedin-page.js";
import { asImport, importFailure } from "./import-failure.js";
import { linkedinIdOf } from "./linkedin-id.js";
import { duplicateResult, storeImport } from "./store-import.js";

const source = "linkedin_import";

/** Imports one posting from the page that LinkedIn shows to guests. */
export function importLinkedin(context: OperationContext): Promise<HandlerResult> {
  return asImport(context.signal, async () => {
    const given = textOf(context.input.parameters?.["job_id_or_url"]);
    const id = linkedinIdOf(given);
    if (id === undefined) {
      const hint = "Expected the number of a posting or its address on linkedin.com.";
      throw importFailure("invalid_id", `Could not extract job ID from: ${given}. ${hint}`);
    }
    const key = dedupeKey({ source, sourceId: id, company: "", title: "", location: "" });
    const known = await duplicateResult(context, key);
    if (known !== undefined) return known;
    const { title, company, location, description, ...facts } = await fetchPosting(context, id);
    return storeImport(context, {
      ...{ jobId: id, title, company, location, description, dedupeKey: key, source },
      jobUrl: `https://www.linkedin.com/jobs/view/${id}`,
      metadata: { linkedin_metadata: { linkedin_job_id: id, ...facts, scraped_at: naiveTime() } },
    });
  });
}

async function fetchPosting({ pages, settings, layer }: OperationContext, id: string): Promise<LinkedinPosting> {
  layer("fetch", "processing", `Fetching posting ${id}`);
  const url = `${settings.sources.linkedinBaseUrl}/jobs-guest/jobs/api/jobPosting/${id}`;
  const { status, text } = await pages.fetch(url).catch((error: unknown) => {
    if (error instanceof PageFailure) throw scrapeFailed(error.message, error);
    throw error;
  });
  if (status === 404 || status === 410) throw importFailure("not_found", `Job not found on LinkedIn: ${id}`);
  if (status === 429) throw importFailure("rate_limited", "LinkedIn rate limit hit. Please try again later.");
  if (status !== 200) throw scrapeFailed(`it answered ${status}`);
  const posting = linkedinPosting(text);
  if (posting.title === "" || posting.company === "") throw scrapeFailed("its page shows no posting");
  layer("fetch", "success", `Found job: ${posting.title}`);
  return posting;
}

const scrapeFailed = (words: string, cause?: unknown) =>
  importFailure("scrape_failed", `Failed to scrape LinkedIn: ${words}`, cause);
