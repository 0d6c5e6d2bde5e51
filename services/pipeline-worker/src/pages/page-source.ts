/** How a page is asked for. */
export interface PageRequest {
  /** Default `GET`. */
  readonly method?: "GET" | "POST";
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Longest time in milliseconds, redirects included. Default 15,000. */
  readonly timeoutMs?: number;
  /** Largest answer in bytes. Default 5 MiB. */
  readonly maxBytes?: number;
}

/** An answer of an outside host, whatever its status. */
export interface Page {
  readonly status: number;
  /** Where it came from after redirects. */
  readonly url: string;
  /** By names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/** Something that a web search found. */
export interface WebHit {
  readonly url: string;
  readonly title: string;
  readonly description: string;
  /** The page's text as Markdown, where the scraper sent it along. */
  readonly markdown: string | undefined;
}

/** A scraping service: it opens pages in a browser of its own. */
export interface Scraper {
  /** The page's text as Markdown. @throws PageFailure */
  markdown(url: string): Promise<string>;
  /** The page's HTML. @throws PageFailure */
  html(url: string): Promise<string>;
  /** @throws PageFailure */
  search(query: string, limit: number): Promise<WebHit[]>;
}

/** Outside pages. Only allowed hosts are asked; private addresses are refused when they would be connected to. */
export interface PageSource {
  /** @throws PageFailure when there is no answer */
  fetch(url: string, request?: PageRequest): Promise<Page>;
  /**
   * The readable text of a page: as Markdown by the scraper where there is one, else as plain text of the fetched HTML.
   *
   * @throws PageFailure when there is no answer, or one that is no success
   */
  readText(url: string): Promise<string>;
  /** Undefined when no scraper is configured. */
  readonly scraper: Scraper | undefined;
}

/** A page could not be had. */
export class PageFailure extends Error {
  override readonly name = "PageFailure";
}
