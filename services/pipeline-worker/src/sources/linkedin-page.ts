import { load } from "cheerio";
import { readableText } from "../pages/readable-text.js";

/** A posting as LinkedIn shows it to guests. Empty texts are things that the page does not say. */
export interface LinkedinPosting {
  readonly title: string;
  readonly company: string;
  readonly location: string;
  readonly description: string;
  readonly seniority_level: string;
  readonly employment_type: string;
  readonly job_function: string;
  readonly industries: string;
}

/** Criteria by the first word of their headings. */
const criteria = {
  seniority: "seniority_level",
  employment: "employment_type",
  job: "job_function",
  industries: "industries",
} as const;

/** Reads the page of one posting. */
export function linkedinPosting(html: string): LinkedinPosting {
  const page = load(html);
  const text = (...selectors: string[]) => {
    for (const selector of selectors) {
      const found = clean(page(selector).first().text());
      if (found !== "") return found;
    }
    return "";
  };
  const facts = { seniority_level: "", employment_type: "", job_function: "", industries: "" };
  for (const element of page("li.description__job-criteria-item, li.job-criteria__item").toArray()) {
    const item = page(element);
    const heading = clean(item.find("h3").first().text()).toLowerCase().split(" ")[0] ?? "";
    const name = Object.hasOwn(criteria, heading) ? criteria[heading as keyof typeof criteria] : undefined;
    if (name !== undefined) facts[name] = clean(item.find("span").first().text());
  }
  const body = ["div.show-more-less-html__markup", "div.description__text", "div.description", "[class*=show-more]"]
    .map((selector) => page(selector).first().html())
    .find((inner) => inner !== null && inner.trim() !== "");
  return {
    title: text("h1.top-card-layout__title", "h2.top-card-layout__title", "h1"),
    company: text("a.topcard__org-name-link", "span.topcard__flavor"),
    location: text("span.topcard__flavor--bullet"),
    description: readableText(body ?? ""),
    ...facts,
  };
}

function clean(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}
