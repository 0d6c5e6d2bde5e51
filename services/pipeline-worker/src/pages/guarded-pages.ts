import { guardedRequest } from "@switchyard/guarded-http";
import type { PageGuard } from "./page-guard.js";
import { type Page, PageFailure, type PageRequest, type PageSource, type Scraper } from "./page-source.js";
import { readableText } from "./readable-text.js";

/** What every request of ours says, where the caller says nothing else. Some boards answer nothing to a client without it. */
const usualHeaders = {
  accept: "text/html,application/xhtml+xml,application/json;q=0.9,*/*;q=0.8",
  "accept-language": "en-US,en;q=0.8",
  "user-agent": "Mozilla/5.0 (compatible; Switchyard)",
};

const maxRedirects = 5;

/** Outside pages behind a guard, as one run asks for them. */
export function createPageSource(guard: PageGuard, scraper: Scraper | undefined, signal: AbortSignal): PageSource {
  async function fetchPage(address: string, request: PageRequest = {}): Promise<Page> {
    const { method = "GET", headers = {}, body, timeoutMs = 15_000, maxBytes = 5 * 1024 * 1024 } = request;
    if (!URL.canParse(address)) throw new PageFailure(`${address} is not a URL`);
    const limit = AbortSignal.timeout(timeoutMs);
    try {
      const answer = await guardedRequest(new URL(address), {
        ...{ method, maxBytes, maxRedirects, ...guard },
        headers: { ...usualHeaders, ...headers },
        ...(body === undefined ? {} : { body }),
        signal: AbortSignal.any([signal, limit]),
      });
      return { ...answer, url: answer.url.href };
    } catch (error) {
      signal.throwIfAborted();
      const words = limit.aborted ? `no answer within ${timeoutMs / 1000} s` : (error as Error).message;
      throw new PageFailure(words, { cause: error });
    }
  }

  return {
    fetch: fetchPage,
    scraper,
    async readText(address) {
      // The scraper opens whatever it is told to: the list holds for it too.
      if (!URL.canParse(address) || !guard.mayVisit(new URL(address)))
        throw new PageFailure(
          `${URL.canParse(address) ? new URL(address).host : address} is not a host that may be asked`,
        );
      if (scraper !== undefined) return scraper.markdown(address);
      const { status, text } = await fetchPage(address, { timeoutMs: 30_000 });
      if (status < 200 || status > 299) throw new PageFailure(`${new URL(address).host} answered ${status}`);
      return readableText(text);
    },
  };
}
