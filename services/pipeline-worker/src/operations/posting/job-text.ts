import { OperationFailure } from "../../operation.js";
import { firstText } from "../json/values.js";
import type { Posting } from "./posting.js";

/** Where the text of a posting stands, in the order in which the structuring looks for it. */
export const structuringFields = ["job_description", "jobDescription", "description", "jd_text"] as const;

/** The same for the research about a company. */
export const researchFields = ["jd_text", "description", "job_description"] as const;

/**
 * The text of a posting as it is stored.
 *
 * @throws OperationFailure when all of the members are blank
 */
export function jobTextOf(posting: Posting, fields: readonly string[] = structuringFields): string {
  const text = firstText(posting.body, ...fields);
  if (text === "") throw new OperationFailure("No job description text found in job document");
  return text;
}
