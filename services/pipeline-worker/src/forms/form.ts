import { z } from "zod";

const word = z
  .string()
  .nullish()
  .transform((value) => value?.trim() ?? "");

/** A field of an application form, as a model reads it from the page. */
export const formField = z.object({
  label: z.string().trim().min(1),
  field_type: word.transform((type) => type.toLowerCase() || "text"),
  required: z
    .boolean()
    .nullish()
    .transform((value) => value ?? false),
  /** Most characters; null where the form names no limit. */
  limit: z
    .number()
    .int()
    .positive()
    .nullish()
    .transform((value) => value ?? null),
  options: z
    .array(z.string())
    .nullish()
    .transform((value) => value ?? []),
  default_value: z
    .string()
    .nullish()
    .transform((value) => value ?? null),
});

/** A form. */
export const applicationForm = z.object({
  form_type: word,
  form_title: word,
  // No form that people fill in is longer; the rest would be the page's own noise.
  fields: z.preprocess((value) => (Array.isArray(value) ? value.slice(0, 60) : value), z.array(formField)),
});

/** A field of an application form. */
export type FormField = z.output<typeof formField>;

/** A form with its fields. */
export type ApplicationForm = z.output<typeof applicationForm>;

/** An answer for the candidate to look through. */
export interface PlannedAnswer {
  readonly question: string;
  readonly answer: string;
  readonly field_type: string;
  readonly required: boolean;
  readonly max_length: number | null;
  /** `static`, `rule`, `llm`, or `manual` where only the candidate can answer. */
  readonly source: "static" | "rule" | "llm" | "manual";
}
