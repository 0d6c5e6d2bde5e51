import type { OperationContext } from "../../operation.js";
import { starTexts } from "../candidate/stars.js";
import { firstText, type JsonObject, objectOf, objectsOf, textOf, textsOf } from "../json/values.js";
import { companyOf, type Posting, titleOf } from "../posting/posting.js";

/** What a message is written from, beside the contact. */
export interface OutreachFacts {
  readonly company: string;
  readonly title: string;
  readonly painPoints: readonly string[];
  readonly signals: readonly string[];
  readonly achievements: readonly string[];
  readonly persona: string;
  readonly strengths: readonly string[];
}

const mostSignals = 3;
const mostAchievements = 2;
const mostStrengths = 5;

/** Gathers what messages to a posting's contacts are written from. */
export async function outreachFacts({ documents }: OperationContext, posting: Posting): Promise<OutreachFacts> {
  const { body } = posting;
  const annotations = objectOf(body["jd_annotations"]);
  return {
    company: companyOf(posting),
    title: titleOf(posting),
    painPoints: textsOf(body["pain_points"]).slice(0, 3),
    signals: objectsOf(objectOf(body["company_research"])["signals"])
      .map((signal) => textOf(signal["description"]))
      .filter((text) => text !== "")
      .slice(0, mostSignals),
    achievements: (await starTexts(documents, body)).slice(0, mostAchievements),
    persona: textOf(annotations["synthesized_persona"]),
    strengths: objectsOf(annotations["annotations"]).filter(isStrength).map(strengthText).slice(0, mostStrengths),
  };
}

function isStrength({ relevance }: JsonObject): boolean {
  return relevance === "core_strength" || relevance === "extremely_relevant";
}

function strengthText(annotation: JsonObject): string {
  return firstText(annotation, "matching_skill") || textOf(objectOf(annotation["target"])["text"]);
}
