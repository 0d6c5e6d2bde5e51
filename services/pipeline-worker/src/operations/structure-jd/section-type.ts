/** What a section of a job description is about. */
export const sectionTypes = [
  "responsibilities",
  "qualifications",
  "nice_to_have",
  "technical_skills",
  "benefits",
  "about_company",
  "about_role",
  "experience",
  "education",
  "other",
] as const;

/** A word for what a section is about. */
export type SectionType = (typeof sectionTypes)[number];

/** In the order in which they are tried. `the role` names duties only where it is the whole header. */
const words: readonly (readonly [SectionType, RegExp])[] = [
  [
    "responsibilities",
    /responsibilities|what you(?:'?ll| will) (?:do|be doing)|your role|job duties|you will|day[ -]to[ -]day|in this role|^the role$/,
  ],
  [
    "qualifications",
    /qualifications|requirements|what we'?re looking for|who you are|your background|must[ -]have|required|you have|ideal candidate/,
  ],
  ["nice_to_have", /nice[ -]to[ -]have|preferred|bonus|\bplus\b|ideally|added advantage/],
  ["technical_skills", /technical skills|tech stack|technologies|tools|skills/],
  ["benefits", /benefits|perks|what we offer|compensation|why join/],
  ["about_company", /about us|about the company|who we are|our company|company overview/],
  ["about_role", /about the role|about the position|position overview|role overview|the opportunity/],
  ["experience", /experience|background/],
  ["education", /education|degree|academic/],
];

/** What a section is about, judged by its header alone. */
export function sectionTypeOf(header: string): SectionType {
  const lower = header.toLowerCase().replaceAll("\u2019", "'").trim();
  return words.find(([, pattern]) => pattern.test(lower))?.[0] ?? "other";
}
