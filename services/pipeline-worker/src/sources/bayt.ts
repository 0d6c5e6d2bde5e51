import { load } from "cheerio";
import { PageFailure, type PageSource } from "../pages/page-source.js";
import { baytDetails } from "./bayt-details.js";
import { type FoundJob, type JobSource, postedDate } from "./found-job.js";

const maxPages = 5;

/** Bayt's pages: lists of cards, and a page for each posting with its data for search engines. */
export function createBayt(pages: PageSource, baseUrl: string): JobSource {
  async function read(url: string): Promise<string> {
    const { status, text } = await pages.fetch(url);
    if (status !== 200) throw new PageFailure(`Bayt answered ${status}`);
    return text;
  }

  /** A posting with what its own page adds; a page that cannot be had adds nothing. */
  async function withDetails(job: FoundJob): Promise<FoundJob> {
    const page = await read(job.url).catch((error: unknown) => {
      if (error instanceof PageFailure) return "";
      throw error;
    });
    const { description, location, ...details } = baytDetails(page);
    return { ...job, ...details, description, location: job.location || location || "Gulf Region" };
  }

  return {
    async find({ terms, maxResults }) {
      const cards = new Map<string, FoundJob>();
      for (const term of terms) {
        for (let page = 1; page <= maxPages && cards.size < maxResults; page++) {
          const list = baytCards(
            await read(`${baseUrl}/en/international/jobs/${slugOf(term)}-jobs/?page=${page}`),
            baseUrl,
          );
          const before = cards.size;
          for (const job of list) if (cards.size < maxResults) cards.set(job.source_id ?? job.url, job);
          if (cards.size === before) break;
        }
      }
      const jobs: FoundJob[] = [];
      // One after the other: nobody is served faster by many requests at once to one host.
      for (const job of cards.values()) jobs.push(await withDetails(job));
      return jobs;
    },
  };
}

/** The cards of a list. Those without title, company or address are left out. */
export function baytCards(html: string, baseUrl: string): FoundJob[] {
  const page = load(html);
  return page("li[data-js-job]")
    .toArray()
    .flatMap((element) => {
      const card = page(element);
      const link = card.find("h2 a").first();
      const title = clean(link.text());
      const wrapper = card.find("h2 + div.job-company-location-wrapper").first();
      // The company comes first, with or without an element of its own.
      const company = clean(wrapper.children().first().text()) || clean(wrapper.text());
      const href = link.attr("href") ?? "";
      if (title === "" || company === "" || !URL.canParse(href, baseUrl)) return [];
      const id = card.attr("data-job-id") ?? "";
      const active = card.find("[data-automation-jobactivedate]").first();
      return [
        {
          ...{ title, company, url: new URL(href, baseUrl).href },
          location: clean(card.find("dt.jb-label-location span").text()),
          description: "",
          salary: null,
          job_type: null,
          posted_date: postedDate(active.attr("data-automation-jobactivedate") || clean(active.text())),
          source_id: id === "" ? null : `bayt-${id}`,
        },
      ];
    });
}

function slugOf(term: string): string {
  return encodeURIComponent(
    term
      .toLowerCase()
      .split(/[^\p{L}\p{N}]+/u)
      .filter((word) => word !== "")
      .join("-"),
  );
}

function clean(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}
