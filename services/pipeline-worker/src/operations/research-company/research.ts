import type { Llm } from "../../llm/llm.js";
import { OperationFailure, type OperationContext } from "../../operation.js";
import { firstText } from "../json/values.js";
import type { LayerBook } from "../layers/layer-book.js";
import { jobTextOf, researchFields } from "../posting/job-text.js";
import { companyOf, type Posting, titleOf } from "../posting/posting.js";
import { cachedResearch, cacheResearch } from "./company-cache.js";
import { askAboutCompany, type CompanyResearch } from "./company-research.js";
import { postingPage, searchEvidence } from "./evidence.js";
import { askForPeople, type People } from "./people-research.js";
import { askAboutRole, type RoleResearch } from "./role-research.js";

/** What the research works with. */
export interface ResearchFacts {
  readonly posting: Posting;
  readonly company: string;
  readonly title: string;
  readonly text: string;
}

const longestText = 8_000;

/**
 * What the research works with.
 *
 * @throws OperationFailure when the posting names no company, or has no text
 */
export function researchFacts(posting: Posting): ResearchFacts {
  const company = companyOf(posting);
  if (company === "") throw new OperationFailure("Job has no company name", { code: "no_company" });
  const text = jobTextOf(posting, researchFields).slice(0, longestText);
  return { posting, company, title: titleOf(posting), text };
}

/** Looks the company up in the cache, unless the caller wants it fresh. */
export function checkCache(
  context: OperationContext,
  layers: LayerBook,
  company: string,
): Promise<CompanyResearch | undefined> {
  const wantsFresh = context.input.force_refresh === true;
  return layers.run(
    "cache_check",
    "Looking for earlier research",
    async () => (wantsFresh ? undefined : cachedResearch(context.documents, company)),
    (found) => (found !== undefined ? "Found earlier research" : wantsFresh ? "Passed over" : "Nothing found"),
  );
}

/** Researches the company and keeps it for the next posting. @throws LlmFailure */
export async function researchCompany(
  context: OperationContext,
  llm: Llm,
  { posting, company, text }: ResearchFacts,
): Promise<{ readonly research: CompanyResearch; readonly scraped: string | undefined }> {
  const [scraped, evidence] = await Promise.all([
    postingPage(context, firstText(posting.body, "job_url", "jobUrl", "url")),
    searchEvidence(context, `${company} company news`),
  ]);
  const sources = [evidence, `## The posting\n${text}`].filter((part) => part !== "").join("\n\n");
  const research = await askAboutCompany(llm, context, company, sources);
  await cacheResearch(context.documents, company, research);
  return { research, scraped };
}

/** Researches the role. @throws LlmFailure */
export function researchRole(
  context: OperationContext,
  llm: Llm,
  facts: ResearchFacts,
  research: CompanyResearch,
): Promise<RoleResearch> {
  return askAboutRole(llm, context, { ...facts, research });
}

/** Finds out whom to write to. @throws LlmFailure */
export async function researchPeople(context: OperationContext, llm: Llm, facts: ResearchFacts): Promise<People> {
  const sources = await searchEvidence(context, `${facts.company} ${facts.title} hiring manager recruiter linkedin`);
  return askForPeople(llm, context, { ...facts, sources: sources === "" ? "none" : sources });
}
