import type { OperationContext } from "../../operation.js";
import { suggestAnnotations, type Suggestions } from "../annotations/suggest-annotations.js";
import { objectOf } from "../json/values.js";
import type { LayerBook } from "../layers/layer-book.js";
import { askForPersona } from "../persona/ask-for-persona.js";
import { personaFacts } from "../persona/persona-groups.js";
import { changePosting } from "../posting/change-posting.js";
import { loadPosting } from "../posting/load-posting.js";
import type { Posting } from "../posting/posting.js";

/** Annotates the posting where the caller wants it; the run goes on if that fails. */
export async function autoAnnotate(
  context: OperationContext,
  layers: LayerBook,
  posting: Posting,
): Promise<Suggestions | undefined> {
  if (context.input.auto_annotate !== true) return undefined;
  return layers.attempt(
    "annotations",
    "Suggesting annotations",
    () => suggestAnnotations(context, posting),
    ({ created, skipped }) => `${created.length} created, ${skipped} skipped`,
  );
}

/** Synthesizes and stores the persona where the caller wants it; the run goes on if that fails. */
export async function autoPersona(
  context: OperationContext,
  layers: LayerBook,
  id: string,
): Promise<string | undefined> {
  if (context.input.auto_persona !== true) return undefined;
  return layers.attempt(
    "persona",
    "Synthesizing the persona",
    async () => {
      const facts = personaFacts((await loadPosting(context)).body);
      if (facts === undefined) return undefined;
      const persona = await askForPersona(context.requireLlm(), context, facts);
      if (persona === undefined) return undefined;
      await changePosting(context, id, (body) => ({
        jd_annotations: { ...objectOf(body["jd_annotations"]), synthesized_persona: persona },
      }));
      return persona;
    },
    (persona) => persona ?? "No identity annotations found",
  );
}
