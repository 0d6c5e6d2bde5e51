import { objectOf, textOf, type JsonObject } from "../operations/json/values.js";
import type { FormField, PlannedAnswer } from "./form.js";

/** An answer that needs no thinking, and where it comes from. */
export type StaticAnswer = Pick<PlannedAnswer, "answer" | "source">;

/** Personal facts by what labels call them; the first that fits is taken. */
const facts: readonly (readonly [RegExp, (candidate: JsonObject) => unknown])[] = [
  [/linked\s?in/i, (candidate) => contact(candidate)["linkedin"]],
  [/git\s?hub/i, (candidate) => contact(candidate)["github"]],
  [
    /\b(?:website|portfolio|home ?page|url)\b/i,
    (candidate) => contact(candidate)["website"] ?? contact(candidate)["portfolio"],
  ],
  [/\be-?mail\b/i, (candidate) => contact(candidate)["email"]],
  [/\b(?:phone|mobile|telephone)\b/i, (candidate) => contact(candidate)["phone"]],
  [/\bfirst name\b/i, (candidate) => textOf(candidate["name"]).split(/\s+/)[0]],
  [/\b(?:last|family) name\b|\bsurname\b/i, (candidate) => textOf(candidate["name"]).split(/\s+/).slice(1).join(" ")],
  [/^(?:full |your |legal )*name\b/i, (candidate) => candidate["name"]],
  [/\b(?:current location|city|where are you (?:based|located))\b/i, (candidate) => contact(candidate)["location"]],
];

const demographics = /\b(?:gender|race|ethnic\w*|veteran|disabilit\w*|sexual orientation|pronouns|hispanic)\b/i;
const authorization =
  /\b(?:authori[sz]ed|eligible|legally|right) (?:to|for)? ?work\b|\bwork (?:authori[sz]ation|permit)\b/i;
const sponsorship = /\bsponsor\w*\b/i;

/**
 * The answer to what is the same in every form: personal facts, files, and questions that have a usual answer. Undefined for what
 * has to be thought about.
 */
export function staticAnswer(field: FormField, candidate: JsonObject): StaticAnswer | undefined {
  const { label, field_type: type, options } = field;
  if (type === "file") return fixed(/cover/i.test(label) ? "Attach: cover letter" : "Attach: CV");
  if (demographics.test(label))
    return rule(chosen(options, /prefer not|decline|do not wish|don't wish/i) ?? "Prefer not to say");
  if (sponsorship.test(label)) return rule(yesOrNo(options, candidate["requires_sponsorship"] === true));
  if (authorization.test(label)) return rule(yesOrNo(options, candidate["work_authorization"] !== false));
  for (const [pattern, find] of facts) {
    if (!pattern.test(label)) continue;
    const value = textOf(find(candidate));
    return value === "" ? manual : fixed(value);
  }
  if (type === "url" || type === "checkbox" || type === "date") return manual;
  return undefined;
}

const manual: StaticAnswer = { answer: "", source: "manual" };
const fixed = (answer: string): StaticAnswer => ({ answer, source: "static" });
const rule = (answer: string): StaticAnswer => ({ answer, source: "rule" });

function contact(candidate: JsonObject): JsonObject {
  return objectOf(candidate["contact"]);
}

function chosen(options: readonly string[], pattern: RegExp): string | undefined {
  return options.find((option) => pattern.test(option));
}

function yesOrNo(options: readonly string[], yes: boolean): string {
  return chosen(options, yes ? /^yes\b/i : /^no\b/i) ?? (yes ? "Yes" : "No");
}
