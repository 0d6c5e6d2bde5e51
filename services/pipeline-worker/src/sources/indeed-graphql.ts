import { numberOf, objectOf, objectsOf, textOf, type JsonObject } from "../operations/json/values.js";
import { type PageSource, PageFailure } from "../pages/page-source.js";
import { readableText } from "../pages/readable-text.js";
import { type IndeedCountry, indeedCountry } from "./countries.js";
import { type FoundJob, type JobSource, postedDate, salaryText, type SourceQuery } from "./found-job.js";

/** Where the API is, and what its operator wants to see: a key belongs into the settings. */
export interface IndeedAccess {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

const pageSize = 50;
const maxPages = 4;

/** Indeed's own word for remote work among the attributes of a posting. */
const remoteAttribute = "DSQF7";

/** The search that Indeed's own apps use. Terms are asked for one after the other. */
export function createIndeed(pages: PageSource, { url, headers }: IndeedAccess): JobSource {
  async function ask(query: string, country: IndeedCountry): Promise<JsonObject> {
    const { status, text } = await pages.fetch(url, {
      method: "POST",
      headers: {
        accept: "application/json",
        "content-type": "application/json",
        "indeed-co": country.code,
        ...headers,
      },
      body: JSON.stringify({ query }),
      timeoutMs: 30_000,
    });
    if (status !== 200) throw new PageFailure(`Indeed answered ${status}`);
    const { data, errors } = objectOf(JSON.parse(text));
    const [problem] = objectsOf(errors);
    if (problem !== undefined)
      throw new PageFailure(`Indeed: ${textOf(problem["message"]) || "the query was refused"}`);
    return objectOf(objectOf(data)["jobSearch"]);
  }

  return {
    async find(query) {
      const country = indeedCountry(query.country ?? "USA");
      const found = new Map<string, FoundJob>();
      for (const term of query.terms) {
        let cursor: string | undefined;
        for (let page = 0; page < maxPages && found.size < query.maxResults; page++) {
          const search = await ask(searchQuery(term, query, cursor), country);
          const jobs = objectsOf(search["results"]).map((result) => indeedJob(objectOf(result["job"]), country.host));
          for (const job of jobs)
            if (job !== undefined && found.size < query.maxResults) found.set(job.source_id ?? job.url, job);
          cursor = textOf(objectOf(search["pageInfo"])["nextCursor"]) || undefined;
          if (cursor === undefined || jobs.length === 0) break;
        }
      }
      return [...found.values()];
    },
  };
}

/** The query as text. Values are written as JSON, whose strings are GraphQL's too. */
export function searchQuery(term: string, query: SourceQuery, cursor: string | undefined): string {
  const { location, hoursOld, remoteOnly, maxResults } = query;
  const place = location ? `location: { where: ${JSON.stringify(location)}, radius: 50, radiusUnit: MILES }` : "";
  const age = `date: { field: "dateOnIndeed", start: "${hoursOld}h" }`;
  const remote = `keyword: { field: "attributes", keys: [${JSON.stringify(remoteAttribute)}] }`;
  // The API takes one filter, or a composite one.
  const filter =
    hoursOld !== undefined
      ? `filters: { ${age} }`
      : remoteOnly
        ? `filters: { composite: { filters: [{ ${remote} }] } }`
        : "";
  const from = cursor === undefined ? "" : `cursor: ${JSON.stringify(cursor)}`;
  return `query {
  jobSearch(what: ${JSON.stringify(term)} ${place} limit: ${Math.min(maxResults, pageSize)} ${from} sort: RELEVANCE ${filter}) {
    pageInfo { nextCursor }
    results {
      job {
        key title datePublished dateOnIndeed
        description { html }
        location { countryCode admin1Code city formatted { long } }
        compensation { baseSalary { unitOfWork range { ... on Range { min max } } } currencyCode }
        attributes { key label }
        employer { name }
        recruit { viewJobUrl }
      }
    }
  }
}`;
}

/** A posting of an answer; undefined without title or company. */
export function indeedJob(job: JsonObject, host: string): FoundJob | undefined {
  const [key, title] = [textOf(job["key"]), textOf(job["title"])];
  const company = textOf(objectOf(job["employer"])["name"]);
  if (title === "" || company === "") return undefined;
  const labels = objectsOf(job["attributes"]).map((attribute) => textOf(attribute["label"]));
  const place = objectOf(job["location"]);
  const parts = [place["city"], place["admin1Code"], place["countryCode"]].map(textOf).filter((part) => part !== "");
  const isRemote = labels.some((label) => /\bremote\b|work from home/i.test(label));
  const location = parts.length === 0 ? textOf(objectOf(place["formatted"])["long"]) : parts.join(", ");
  return {
    title,
    company,
    location: isRemote ? `${location} (Remote)`.trim() : location,
    description: readableText(textOf(objectOf(job["description"])["html"])),
    url: `https://${host}.indeed.com/viewjob?jk=${encodeURIComponent(key)}`,
    salary: salaryOf(objectOf(job["compensation"])),
    job_type: labels.find((label) => /^(?:full|part)[- ]time$|contract|internship|temporary/i.test(label)) ?? null,
    posted_date: postedDate(job["datePublished"] ?? job["dateOnIndeed"]),
    source_id: key === "" ? null : `in-${key}`,
  };
}

function salaryOf(compensation: JsonObject): string | null {
  const base = objectOf(compensation["baseSalary"]);
  const { min, max } = objectOf(base["range"]);
  const currency = textOf(compensation["currencyCode"]) || "USD";
  return salaryText(currency, numberOf(min), numberOf(max), textOf(base["unitOfWork"]).toLowerCase());
}
