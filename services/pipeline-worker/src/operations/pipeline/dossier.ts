import { firstText, type JsonObject, numberOf, objectOf, objectsOf, textOf, textsOf } from "../json/values.js";

/** All that is known about a posting, as plain text for a person. */
export function dossierText(posting: JsonObject): string {
  const parts = [
    `${firstText(posting, "title")} at ${firstText(posting, "company", "company_name")}`,
    firstText(posting, "location"),
    firstText(posting, "job_url", "jobUrl", "url"),
    fit(posting),
    list("Pain points", textsOf(posting["pain_points"])),
    list("Strategic needs", textsOf(posting["strategic_needs"])),
    list("Risks if unfilled", textsOf(posting["risks_if_unfilled"])),
    list("Success metrics", textsOf(posting["success_metrics"])),
    section("Company", [firstText(posting, "company_summary"), firstText(posting, "company_url")]),
    list("Recent events", objectsOf(objectOf(posting["company_research"])["signals"]).map(event)),
    role(objectOf(posting["role_research"])),
    list("Primary contacts", objectsOf(posting["primary_contacts"]).map(contact)),
    list("Secondary contacts", objectsOf(posting["secondary_contacts"]).map(contact)),
    section("About the CV", [firstText(posting, "cv_reasoning")]),
    section("Cover letter", [firstText(posting, "cover_letter")]),
  ];
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

function fit(posting: JsonObject): string {
  const score = numberOf(posting["fit_score"]);
  if (score === undefined) return "";
  return section("Fit", [`${score} of 100, ${textOf(posting["fit_category"])}`, firstText(posting, "fit_rationale")]);
}

function role(research: JsonObject): string {
  const { summary, why_now: whyNow, business_impact: impact } = research;
  const lines = [textOf(summary), ...textsOf(impact).map((line) => `- ${line}`), textOf(whyNow)];
  return section("Role", lines);
}

function event(signal: JsonObject): string {
  const when = textOf(signal["date"]);
  return `${textOf(signal["description"])}${when === "" ? "" : ` (${when})`}`;
}

function contact(person: JsonObject): string {
  const parts = [textOf(person["name"]), textOf(person["role"]), textOf(person["linkedin_url"])];
  const message = textOf(person["linkedin_connection_message"]);
  return parts.filter((part) => part !== "").join(", ") + (message === "" ? "" : `\n  ${message}`);
}

function list(title: string, lines: readonly string[]): string {
  return section(
    title,
    lines.map((line) => `- ${line}`),
  );
}

function section(title: string, lines: readonly string[]): string {
  const told = lines.filter((line) => line.trim() !== "" && line !== "- ");
  return told.length === 0 ? "" : `${title.toUpperCase()}\n${told.join("\n")}`;
}
