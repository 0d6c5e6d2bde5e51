import { load } from "cheerio";
import { numberOf, objectOf, objectsOf, textOf, textsOf, type JsonObject } from "../operations/json/values.js";
import { readableText } from "../pages/readable-text.js";
import { type FoundJob, postedDate, salaryText } from "./found-job.js";

/** What a posting's own page adds. */
export type PostingDetails = Pick<FoundJob, "description" | "location"> &
  Partial<Pick<FoundJob, "salary" | "job_type" | "posted_date">>;

/** Reads the `JobPosting` (schema.org, as JSON-LD) of a page; a page without one has no description. */
export function baytDetails(html: string): PostingDetails {
  const posting = jobPosting(html);
  const type = posting["employmentType"];
  const salary = salaryOf(objectOf(posting["baseSalary"]));
  const posted = postedDate(posting["datePosted"]);
  const jobType = textOf(type) || textsOf(type).join(", ");
  return {
    description: readableText(textOf(posting["description"])),
    location: placeOf(posting["jobLocation"]),
    ...(salary === null ? {} : { salary }),
    ...(jobType === "" ? {} : { job_type: jobType }),
    ...(posted === null ? {} : { posted_date: posted }),
  };
}

function jobPosting(html: string): JsonObject {
  const page = load(html);
  for (const element of page('script[type="application/ld+json"]').toArray()) {
    const value = parsed(page(element).text());
    const candidates = [...objectsOf([value]), ...objectsOf(value), ...objectsOf(objectOf(value)["@graph"])];
    const posting = candidates.find((candidate) => candidate["@type"] === "JobPosting");
    if (posting !== undefined) return posting;
  }
  return {};
}

function placeOf(value: unknown): string {
  const [place = {}] = Array.isArray(value) ? objectsOf(value) : [objectOf(value)];
  const address = objectOf(place["address"]);
  const country = address["addressCountry"];
  return [address["addressLocality"], address["addressRegion"], objectOf(country)["name"] ?? country]
    .map(textOf)
    .filter((part) => part !== "")
    .join(", ");
}

function salaryOf(base: JsonObject): string | null {
  const amount = objectOf(base["value"]);
  const single = numberOf(amount["value"]) ?? numberOf(base["value"]);
  const unit = textOf(amount["unitText"]).toLowerCase();
  return salaryText(
    textOf(base["currency"]),
    numberOf(amount["minValue"]) ?? single,
    numberOf(amount["maxValue"]) ?? single,
    unit,
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
