import type { Llm } from "../../llm/llm.js";
import type { OperationContext } from "../../operation.js";
import { candidateProfile } from "../candidate/candidate-profile.js";
import { askForExtraction } from "../extract/ask-for-extraction.js";
import { extractionMembers } from "../extract/extraction-members.js";
import { annotationSignals } from "../full-extraction/annotation-signals.js";
import { askForFit } from "../full-extraction/fit.js";
import { askForPainPoints, type PainPoints } from "../full-extraction/pain-points.js";
import { cvBrief } from "../generate-cv/brief.js";
import { askForCoverLetter } from "../generate-cv/cover-letter.js";
import { cvMembers } from "../generate-cv/cv-members.js";
import { writeCv } from "../generate-cv/write-cv.js";
import { type JsonObject, textOf, textsOf } from "../json/values.js";
import { type LayerBook, wordsOf } from "../layers/layer-book.js";
import { askForMessage } from "../outreach/ask-for-message.js";
import { contactsOf, messageMembers } from "../outreach/contact-place.js";
import { outreachFacts } from "../outreach/outreach-facts.js";
import { jobTextOf } from "../posting/job-text.js";
import type { Posting } from "../posting/posting.js";
import { cachedResearch } from "../research-company/company-cache.js";
import type { CompanyResearch } from "../research-company/company-research.js";
import { researchCompany, type ResearchFacts, researchPeople, researchRole } from "../research-company/research.js";
import { structureMembers } from "../structure-jd/structure-members.js";
import { structureText } from "../structure-jd/structure-text.js";

/** What the layers of a run share. */
export interface PipelineRun {
  readonly context: OperationContext;
  readonly llm: Llm;
  readonly layers: LayerBook;
}

/** Structures the posting and reads it; a reading that fails leaves its text to the layers after. */
export async function intake({ context, llm }: PipelineRun, posting: Posting): Promise<JsonObject> {
  const text = jobTextOf(posting);
  const { jd } = await structureText(context, text, true);
  const extraction = await tolerate(context, "jd_extraction", () => askForExtraction(llm, context, posting, text));
  return { ...structureMembers(posting.body, jd), ...(extraction === undefined ? {} : extractionMembers(extraction)) };
}

/** Finds out why the company hires. */
export async function painPoints({ context, llm }: PipelineRun, posting: Posting): Promise<JsonObject> {
  return { ...(await askForPainPoints(llm, context, posting, jobTextOf(posting))) };
}

/** Researches the company, unless that was done within seven days. */
export async function company(
  { context, llm }: PipelineRun,
  facts: ResearchFacts,
): Promise<{ readonly research: CompanyResearch; readonly scraped: string | undefined }> {
  const cached = await cachedResearch(context.documents, facts.company);
  return cached === undefined ? researchCompany(context, llm, facts) : { research: cached, scraped: undefined };
}

/** Researches the role; undefined where an agency hires for somebody it does not name. */
export async function role({ context, llm }: PipelineRun, facts: ResearchFacts, research: CompanyResearch) {
  return research.company_type === "recruitment_agency" ? undefined : researchRole(context, llm, facts, research);
}

/** Judges the fit. */
export async function opportunity({ context, llm }: PipelineRun, posting: Posting): Promise<JsonObject> {
  const signals = annotationSignals(posting.body);
  const found: PainPoints = {
    pain_points: [...textsOf(posting.body["pain_points"])],
    strategic_needs: [...textsOf(posting.body["strategic_needs"])],
    risks_if_unfilled: [...textsOf(posting.body["risks_if_unfilled"])],
    success_metrics: [...textsOf(posting.body["success_metrics"])],
  };
  const profile = await candidateProfile(context);
  const fit = await askForFit(llm, context, { posting, text: jobTextOf(posting), profile, painPoints: found, signals });
  return { ...fit, annotation_signals: signals };
}

/** Finds out whom to write to, and writes an invitation to each primary contact. */
export async function people(
  { context, llm }: PipelineRun,
  posting: Posting,
  facts: ResearchFacts,
): Promise<JsonObject> {
  const found = await researchPeople(context, llm, facts);
  let members: JsonObject = { primary_contacts: found.primary, secondary_contacts: found.secondary };
  const words = await outreachFacts(context, posting);
  for (const [index, contact] of contactsOf(members, "primary").entries()) {
    const message = await tolerate(context, `outreach to ${textOf(contact["name"])}`, () =>
      askForMessage(llm, context, "connection", contact, words),
    );
    if (message === undefined) continue;
    members = { ...members, ...messageMembers(members, { list: "primary", index }, contact, "connection", message) };
  }
  return members;
}

/** Writes the CV and the cover letter; a letter that fails is left out. */
export async function output({ context, llm, layers }: PipelineRun, posting: Posting): Promise<JsonObject> {
  const brief = await cvBrief(context, posting, true);
  const cv = await writeCv(context, llm, layers, brief);
  const letter = await tolerate(context, "cover_letter", () => askForCoverLetter(llm, context, brief, cv.markdown));
  return cvMembers(cv, letter);
}

async function tolerate<T>(context: OperationContext, what: string, work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    context.signal.throwIfAborted();
    context.line(`[WARNING] ${what} failed: ${wordsOf(error)}`);
    return undefined;
  }
}
