import { body, flag, text } from "./common.js";
import { nullableNumber, nullableText, successWith } from "./shapes.js";

/** Body of an import: one text that names what is imported. */
export const importBody = (field: string) => body({ [field]: text }, [field]);

/** What was imported. */
export const imported = successWith({
  job_id: nullableText,
  title: text,
  company: text,
  location: nullableText,
  score: nullableNumber,
  tier: nullableText,
  score_rationale: nullableText,
  duplicate: flag,
  error: nullableText,
});
