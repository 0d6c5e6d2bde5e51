import { listOf, nullableText } from "./common.js";

const text = { type: "string" };

/** Which result is looked for: by its revision, or by the name of its main branch. */
export const resumeCheckBody = {
  type: "object",
  required: ["campaign"],
  properties: {
    campaign: { type: "string", minLength: 1, maxLength: 255 },
    resume_revision: nullableText(512),
    branch_name: nullableText(512),
  },
};

/** Whether there is a result to resume from. */
export const resumeCheck = {
  type: "object",
  properties: {
    resume_available: { type: "boolean" },
    resume_info: { type: "object", additionalProperties: true },
    message: text,
  },
};

/** Runs that a run goes back to; of an unknown run the empty list. */
export const resumeChain = {
  anyOf: [{ type: "object", properties: { run_id: text, resume_chain: listOf(text) } }, listOf(text)],
};

/** Runs that go back to a run. */
export const resumeDescendants = {
  type: "object",
  properties: { run_id: text, descendants: listOf(text) },
};

/** Whether what runs say about each other fits together. */
export const resumeValidation = {
  type: "object",
  properties: { status: text, message: text, errors: listOf(text) },
};
