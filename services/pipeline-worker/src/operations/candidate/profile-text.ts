import { numberOf, textOf, textsOf } from "../json/values.js";
import type { HeldRole, MasterCv } from "./master-cv.js";

/** The candidate in words, from the master CV; empty where nothing is stored. */
export function profileText({ candidate, roles }: MasterCv): string {
  const years = numberOf(candidate["years_experience"]);
  return [
    textOf(candidate["name"]),
    textOf(candidate["title_base"]),
    ...(years === undefined ? [] : [`${years} years of experience`]),
    textOf(candidate["summary"]),
    labelled("Languages", textsOf(candidate["languages"])),
    labelled("Certifications", textsOf(candidate["certifications"])),
    ...roles.map(roleText),
  ]
    .filter((part) => part !== "")
    .join("\n");
}

/** A held role in words. */
export function roleText(role: HeldRole): string {
  const where = [role.title, role.company, role.period, role.location].filter((part) => part !== "").join(", ");
  return [
    where,
    labelled("Skills", [...role.hardSkills, ...role.softSkills]),
    labelled("Keywords", role.keywords),
    role.markdown,
  ]
    .filter((part) => part !== "")
    .join("\n");
}

function labelled(label: string, values: readonly string[]): string {
  return values.length === 0 ? "" : `${label}: ${values.join(", ")}`;
}
