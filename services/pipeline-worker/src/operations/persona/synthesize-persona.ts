import type { OperationHandler } from "../../operation.js";
import { loadPosting } from "../posting/load-posting.js";
import { askForPersona } from "./ask-for-persona.js";
import { personaFacts } from "./persona-groups.js";

/** Puts into a sentence who the annotations say that the candidate is. It is not stored: the page does that after a look. */
export const synthesizePersona: OperationHandler = async (context) => {
  const { body } = await loadPosting(context);
  const facts = personaFacts(body);
  if (facts === undefined) return { data: { persona: null, message: "No identity annotations found" } };
  const persona = await askForPersona(context.requireLlm(), context, facts);
  if (persona === undefined) return { data: { persona: null, message: "Failed to synthesize persona" } };
  const { primary, secondary } = facts;
  return {
    data: {
      persona,
      primary: primary.text,
      secondary: secondary.map(({ text }) => text),
      source_annotations: [primary, ...secondary].map(({ id }) => id),
    },
  };
};
