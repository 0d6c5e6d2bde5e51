import { OperationFailure, type OperationContext } from "../../operation.js";
import { type HeldRole, loadMasterCv } from "../candidate/master-cv.js";
import { profileText } from "../candidate/profile-text.js";
import { starTexts } from "../candidate/stars.js";
import { firstText, type JsonObject, objectOf, objectsOf, textOf, textsOf } from "../json/values.js";
import { jobTextOf } from "../posting/job-text.js";
import { companyOf, type Posting, titleOf } from "../posting/posting.js";

/** What a CV is written from. */
export interface CvBrief {
  readonly posting: Posting;
  readonly title: string;
  readonly company: string;
  /** The role in words: what was read out of the description, else the description. */
  readonly role: string;
  readonly keywords: readonly string[];
  readonly painPoints: readonly string[];
  /** What the candidate wants to be shown, by his annotations. */
  readonly emphasis: readonly string[];
  /** Gaps that annotations name, with words that put them right. */
  readonly reframes: readonly string[];
  readonly companySummary: string;
  readonly stars: readonly string[];
  readonly candidate: JsonObject;
  readonly heldRoles: readonly HeldRole[];
  /** Who the candidate is; empty if nothing is known beside the roles. */
  readonly profile: string;
}

const longestText = 6_000;
const strong = ["core_strength", "extremely_relevant"];

/**
 * Gathers what a CV is written from.
 *
 * @throws OperationFailure when nothing is known of the candidate, or the posting has no text
 */
export async function cvBrief(context: OperationContext, posting: Posting, useAnnotations: boolean): Promise<CvBrief> {
  const { documents, settings } = context;
  const { candidate, roles } = await loadMasterCv(documents);
  const profile = profileText({ candidate, roles: [] }) || settings.candidate.profile;
  if (roles.length === 0 && profile === "") {
    throw new OperationFailure("No master CV found. Store its metadata or roles first.", { code: "no_master_cv" });
  }
  const { body } = posting;
  const extracted = objectOf(body["extracted_jd"]);
  const annotations = useAnnotations ? objectsOf(objectOf(body["jd_annotations"])["annotations"]) : [];
  return {
    ...{ posting, candidate, profile },
    title: titleOf(posting),
    company: companyOf(posting),
    role: roleWords(posting, extracted),
    keywords: textsOf(extracted["top_keywords"]),
    painPoints: textsOf(body["pain_points"]),
    emphasis: annotations.filter(({ relevance }) => strong.includes(textOf(relevance))).map(targetText),
    reframes: annotations.map(({ reframe_note }) => textOf(reframe_note)).filter((note) => note !== ""),
    companySummary: firstText(objectOf(body["company_research"]), "summary"),
    stars: await starTexts(documents, body),
    heldRoles: roles.length > 0 ? roles : [roleOfProfile(profile)],
  };
}

function roleWords(posting: Posting, extracted: JsonObject): string {
  const points = (["responsibilities", "qualifications", "technical_skills"] as const).flatMap((member) =>
    textsOf(extracted[member]).map((text) => `- ${text}`),
  );
  return points.length > 0 ? points.join("\n").slice(0, longestText) : jobTextOf(posting).slice(0, longestText);
}

function targetText(annotation: JsonObject): string {
  return textOf(annotation["matching_skill"]) || textOf(objectOf(annotation["target"])["text"]);
}

/** A profile that is one text stands for all that was ever done. */
function roleOfProfile(profile: string): HeldRole {
  const nothing = { keywords: [], hardSkills: [], softSkills: [] };
  return { id: "profile", company: "", title: "Experience", period: "", location: "", ...nothing, markdown: profile };
}
