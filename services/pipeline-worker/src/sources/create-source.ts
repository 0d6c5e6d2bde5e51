import type { PageSource } from "../pages/page-source.js";
import type { SourceSettings } from "../settings.js";
import { createBayt } from "./bayt.js";
import type { JobSource } from "./found-job.js";
import { createHimalayas } from "./himalayas.js";
import { createIndeed } from "./indeed-graphql.js";

/** What ingestion and search can ask. */
export type SourceName = SourceSettings["enabled"][number];

/** The setting that says where a source is, and with it that it may be asked. */
const addressSettings: Readonly<Record<SourceName, string>> = {
  himalayas: "HIMALAYAS_API_URL",
  indeed: "INDEED_GRAPHQL_URL",
  bayt: "BAYT_BASE_URL",
};

/** Words for a source that may not be asked: which setting changes that. Undefined for one that may. */
export function whyOff(name: SourceName, { enabled }: SourceSettings): string | undefined {
  if (enabled.includes(name)) return undefined;
  return `The source ${name} is off: name it in PIPELINE_SOURCES or set ${addressSettings[name]}`;
}

/** Makes a source over the pages of a run. */
export function createSource(name: SourceName, pages: PageSource, settings: SourceSettings): JobSource {
  if (name === "himalayas") return createHimalayas(pages, settings.himalayasApiUrl);
  if (name === "bayt") return createBayt(pages, settings.baytBaseUrl);
  return createIndeed(pages, { url: settings.indeedGraphqlUrl, headers: settings.indeedGraphqlHeaders });
}
