import { isIP } from "node:net";
import { guardedRequest } from "@switchyard/guarded-http";
import { z } from "zod";
import type { PageGuard } from "./page-guard.js";
import { PageFailure, type Scraper } from "./page-source.js";

/** Where the scraper is. */
export interface ScraperAccess {
  /** Base of `/v1/scrape` and `/v1/search`. */
  readonly url: string;
  readonly apiKey: string | undefined;
}

const scraped = z.object({
  success: z.boolean().optional(),
  data: z.object({ markdown: z.string().nullish(), html: z.string().nullish(), rawHtml: z.string().nullish() }),
});

const hit = z.object({
  url: z.string(),
  title: z.string().nullish(),
  description: z.string().nullish(),
  markdown: z.string().nullish(),
});
const found = z.object({ data: z.array(hit) });

/** A page in a browser takes its time. */
const timeoutMs = 60_000;
const maxBytes = 10 * 1024 * 1024;

/**
 * A scraping service that speaks as FireCrawl does. It is the operator's own, so its address may be private; what it is told to
 * open may not, as far as that can be seen from here.
 */
export function createScraper({ url, apiKey }: ScraperAccess, guard: PageGuard, signal: AbortSignal): Scraper {
  async function call<T>(path: string, question: object, schema: z.ZodType<T>): Promise<T> {
    const limit = AbortSignal.timeout(timeoutMs);
    try {
      const { status, text } = await guardedRequest(new URL(`${url.replace(/\/+$/, "")}${path}`), {
        method: "POST",
        headers: {
          ...{ "content-type": "application/json", accept: "application/json" },
          ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
        },
        body: JSON.stringify(question),
        maxBytes,
        isAllowed: () => true,
        signal: AbortSignal.any([signal, limit]),
      });
      if (status < 200 || status > 299) throw new PageFailure(`the scraper answered ${status}`);
      return schema.parse(JSON.parse(text));
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof PageFailure) throw error;
      throw new PageFailure(`the scraper: ${limit.aborted ? "no answer in time" : wordsOf(error)}`, { cause: error });
    }
  }

  return {
    async markdown(address) {
      checkPage(address, guard);
      const question = { url: address, formats: ["markdown"], onlyMainContent: true };
      return (await call("/v1/scrape", question, scraped)).data.markdown ?? "";
    },
    async html(address) {
      checkPage(address, guard);
      const { data } = await call("/v1/scrape", { url: address, formats: ["html", "rawHtml"] }, scraped);
      return data.rawHtml ?? data.html ?? "";
    },
    async search(query, limit) {
      const question = { query, limit, scrapeOptions: { formats: ["markdown"] } };
      const { data } = await call("/v1/search", question, found);
      return data.slice(0, limit).map((item) => ({
        url: item.url,
        title: item.title ?? "",
        description: item.description ?? "",
        markdown: item.markdown ?? undefined,
      }));
    },
  };
}

/** Refuses what is no page of the internet: other schemes, private addresses, names that only a local network knows. */
function checkPage(address: string, guard: PageGuard): void {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  const host = url?.hostname.replace(/^\[|\]$/g, "") ?? "";
  const isWeb = url?.protocol === "http:" || url?.protocol === "https:";
  const isLocal = isIP(host) === 0 && (!host.includes(".") || /\.(?:local|localhost|internal|lan)$/i.test(host));
  // Asked about as an address: true of an allowed address, and of a name that is trusted whatever it means.
  const isRefused = isIP(host) !== 0 || isLocal ? !guard.isAllowed(host, host) : false;
  if (!isWeb || isRefused) throw new PageFailure(`${host || address} is not a host that may be asked`);
}

function wordsOf(error: unknown): string {
  if (error instanceof z.ZodError || error instanceof SyntaxError) return "its answer has another form";
  return error instanceof Error ? error.message : String(error);
}
