import { type JsonObject, objectOf, objectsOf, textOf } from "../json/values.js";

/** An annotation that says something about who the candidate is. */
export interface PersonaTrait {
  readonly id: string;
  readonly text: string;
}

/** What a persona is made of. */
export interface PersonaFacts {
  readonly primary: PersonaTrait;
  readonly secondary: readonly PersonaTrait[];
}

/** What an annotation says about the candidate, strongest first. */
const order: readonly (readonly [member: string, value: string])[] = [
  ["identity", "core_identity"],
  ["passion", "love_it"],
  ["relevance", "core_strength"],
  ["identity", "strong_identity"],
  ["passion", "enjoy"],
  ["relevance", "extremely_relevant"],
];
const mostSecondary = 10;

/** The traits that active annotations of a posting name, strongest first; undefined if there are none. */
export function personaFacts(posting: JsonObject): PersonaFacts | undefined {
  const active = objectsOf(objectOf(posting["jd_annotations"])["annotations"]).filter(
    ({ is_active, status }) => is_active !== false && status !== "inactive",
  );
  const ranked = order.flatMap(([member, value]) => active.filter((annotation) => annotation[member] === value));
  const [primary, ...secondary] = [...new Set(ranked)].map(trait).filter(({ text }) => text !== "");
  return primary === undefined ? undefined : { primary, secondary: secondary.slice(0, mostSecondary) };
}

function trait(annotation: JsonObject): PersonaTrait {
  const skill = textOf(annotation["matching_skill"]);
  return { id: textOf(annotation["id"]), text: skill === "" ? textOf(objectOf(annotation["target"])["text"]) : skill };
}
