import { load } from "cheerio";
import { readableText } from "../pages/readable-text.js";

/** A posting as Indeed shows it. Empty texts are things that the page does not say. */
export interface IndeedPosting {
  readonly title: string;
  readonly company: string;
  readonly location: string;
  readonly description: string;
  readonly salary: string;
  readonly job_type: string;
}

/** Reads the page of one posting. */
export function indeedPosting(html: string): IndeedPosting {
  const page = load(html);
  const text = (selector: string) => page(selector).first().text().replace(/\s+/g, " ").trim();
  return {
    title: text(".jobsearch-JobInfoHeader-title") || text("h1"),
    company: text("[data-testid=inlineHeader-companyName]"),
    location: text("[data-testid=inlineHeader-companyLocation]"),
    description: readableText(page("#jobDescriptionText").first().html() ?? ""),
    salary: text("#salaryInfoAndJobType span") || text("[data-testid=attribute_snippet_compensation]"),
    job_type: text("#salaryInfoAndJobType span + span").replace(/^-\s*/, ""),
  };
}

/** Whether the page says that the posting has ended. */
export function isExpired(html: string): boolean {
  return /this job has expired/i.test(html);
}

/** Whether a page is a question to a person instead of the posting: a check for robots. */
export function isChallenge(html: string): boolean {
  const page = load(html);
  if (page("#jobDescriptionText").length > 0) return false;
  const title = page("title").text();
  return (
    /just a moment|security check|attention required|blocked|captcha/i.test(title) ||
    page("#challenge-form, #cf-wrapper").length > 0
  );
}
