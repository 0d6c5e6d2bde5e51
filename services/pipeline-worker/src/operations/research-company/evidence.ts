import type { OperationContext } from "../../operation.js";
import { PageFailure } from "../../pages/page-source.js";
import { wordsOf } from "../layers/layer-book.js";

const longestHit = 4_000;
const mostHits = 5;

/**
 * What a web search finds, as text with the address before each page. Empty where no scraper is configured; what cannot be had is
 * left out, with a line that says so.
 */
export async function searchEvidence(context: OperationContext, query: string): Promise<string> {
  const { scraper } = context.pages;
  if (scraper === undefined) return "";
  try {
    const hits = await scraper.search(query, mostHits);
    return hits
      .map(
        ({ url, title, description, markdown }) =>
          `## ${title}\n${url}\n${(markdown ?? description).slice(0, longestHit)}`,
      )
      .join("\n\n");
  } catch (error) {
    context.line(`[search] ${query}: ${failureWords(context, error)}`);
    return "";
  }
}

/** The text of the posting's own page; undefined where it cannot be had. */
export async function postingPage(context: OperationContext, address: string): Promise<string | undefined> {
  if (context.pages.scraper === undefined || address === "") return undefined;
  try {
    return await context.pages.readText(address);
  } catch (error) {
    context.line(`[scrape] ${address}: ${failureWords(context, error)}`);
    return undefined;
  }
}

function failureWords({ signal }: OperationContext, error: unknown): string {
  signal.throwIfAborted();
  if (!(error instanceof PageFailure)) throw error;
  return wordsOf(error);
}
