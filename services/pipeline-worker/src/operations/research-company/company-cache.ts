import { collections } from "@switchyard/pipeline-model";
import type { DocumentStore } from "../../documents/document-store.js";
import { printable } from "../cv-document/flow.js";
import { naiveTime } from "../json/times.js";
import { type CompanyResearch, companyResearchSchema } from "./company-research.js";

const keptMs = 7 * 24 * 60 * 60 * 1000;

/** Longer names than this are told apart by their beginning alone. */
const longestKey = 200;

/** The key of a company: its name in lower case, in one line. */
function companyKey(company: string): string {
  return printable(company).replace(/\s+/g, " ").trim().toLowerCase().slice(0, longestKey).toWellFormed();
}

/** Research about a company that is not older than seven days; undefined where there is none, or none that can be read. */
export async function cachedResearch(documents: DocumentStore, company: string): Promise<CompanyResearch | undefined> {
  const found = await documents.get(collections.companyCache, companyKey(company));
  return companyResearchSchema.safeParse(found?.body["company_research"]).data;
}

/** Keeps research about a company for seven days. */
export async function cacheResearch(
  documents: DocumentStore,
  company: string,
  research: CompanyResearch,
): Promise<void> {
  const now = new Date();
  const body = { company, company_research: research, cached_at: naiveTime(now) };
  await documents.put(collections.companyCache, companyKey(company), body, {
    expireTime: new Date(now.getTime() + keptMs),
  });
}
