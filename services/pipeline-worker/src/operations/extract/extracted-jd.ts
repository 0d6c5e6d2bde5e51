import { z } from "zod";
import { textList } from "../json/lists.js";

const roleCategories = [
  "engineering_manager",
  "staff_principal_engineer",
  "director_of_engineering",
  "head_of_engineering",
  "vp_engineering",
  "cto",
  "tech_lead",
  "senior_engineer",
] as const;

const weight = z.number().int().min(0).max(100);

const weights = z
  .object({ delivery: weight, process: weight, architecture: weight, leadership: weight })
  .refine(({ delivery, process, architecture, leadership }) => delivery + process + architecture + leadership === 100, {
    message: "The four weights must sum up to 100",
  });

const profile = z.object({
  identity_statement: z.string().trim().min(20).max(400),
  archetype: z.string(),
  key_traits: textList(3, 5),
  experience_profile: z.string(),
  culture_signals: textList(0, 4),
});

const optionalText = z
  .string()
  .nullish()
  .transform((text) => text ?? null);

/** What is read out of a job description. Lists that are too long are cut; all else has to fit. */
export const extractedJdSchema = z.object({
  title: z.string(),
  company: z.string(),
  location: z.string().default(""),
  remote_policy: z.enum(["fully_remote", "hybrid", "onsite", "not_specified"]).default("not_specified"),
  role_category: z.enum(roleCategories),
  seniority_level: z.enum(["senior", "staff", "principal", "director", "vp", "c_level"]),
  competency_weights: weights,
  responsibilities: textList(3, 15),
  qualifications: textList(2, 12),
  nice_to_haves: textList(0, 10),
  technical_skills: textList(0, 20),
  soft_skills: textList(0, 10),
  implied_pain_points: textList(0, 8),
  success_metrics: textList(0, 8),
  top_keywords: textList(10, 20),
  industry_background: optionalText,
  years_experience_required: z
    .number()
    .int()
    .min(0)
    .max(50)
    .nullish()
    .transform((years) => years ?? null),
  education_requirements: optionalText,
  ideal_candidate_profile: profile.nullish().transform((found) => found ?? null),
});

/** What is read out of a job description, as it is stored. */
export type ExtractedJd = z.output<typeof extractedJdSchema>;

/** The form of the answer, in words for a model. */
export const extractedJdForm = `title, company, location: text
remote_policy: fully_remote | hybrid | onsite | not_specified
role_category: ${roleCategories.join(" | ")}
seniority_level: senior | staff | principal | director | vp | c_level
competency_weights: {delivery, process, architecture, leadership}, whole numbers that sum up to exactly 100
responsibilities: 3 to 15 texts
qualifications: 2 to 12 texts
nice_to_haves: up to 10 texts
technical_skills: up to 20 texts
soft_skills: up to 10 texts
implied_pain_points: up to 8 texts
success_metrics: up to 8 texts
top_keywords: 10 to 20 texts, the words that a filter would look for
industry_background: text or null
years_experience_required: whole number from 0 to 50, or null
education_requirements: text or null
ideal_candidate_profile: null, or {identity_statement (20 to 400 characters), archetype, key_traits (3 to 5 texts), experience_profile, culture_signals (up to 4 texts)}`;
