import { type HandlerResult, OperationFailure, type OperationContext } from "../operation.js";
import { naiveTime } from "../operations/json/times.js";
import { firstText } from "../operations/json/values.js";
import { LayerBook } from "../operations/layers/layer-book.js";
import { changePosting } from "../operations/posting/change-posting.js";
import { loadPosting } from "../operations/posting/load-posting.js";
import { titleOf } from "../operations/posting/posting.js";
import { askForForm } from "./ask-for-form.js";
import { cacheForm, cachedForm } from "./form-cache.js";
import type { ApplicationForm } from "./form.js";
import { planAnswers } from "./plan-answers.js";
import { readFormPage } from "./read-form-page.js";

const noUrl = "No application URL found for this job. Please add an application URL first.";

/** Reads the form of a posting's application page, and plans an answer to each of its fields. */
export async function scrapeFormAnswers(context: OperationContext): Promise<HandlerResult> {
  const layers = new LayerBook(context);
  const llm = context.requireLlm();
  const posting = await loadPosting(context);
  const url = firstText(posting.body, "application_url").trim();
  if (url === "") throw new OperationFailure(noUrl, { code: "no_application_url" });

  const cached = await layers.run(
    "cache_check",
    "Looking for the form in the cache",
    async () => (context.input.force_refresh === true ? undefined : cachedForm(context.documents, url)),
    (form) => (form === undefined ? "Not in the cache" : `${form.fields.length} fields from the cache`),
  );
  const form = cached ?? (await readForm(context, layers, url));
  layers.say("load_job", "success", `Found job: ${titleOf(posting)}`);
  const planned = await layers.run(
    "generate_answers",
    `Answering ${form.fields.length} fields`,
    () => planAnswers(context, llm, posting, form.fields),
    (answers) => `${answers.length} answers`,
  );
  await layers.run(
    "save_results",
    "Saving",
    () =>
      changePosting(context, posting.id, () => ({
        ...{ application_form_fields: form.fields, planned_answers: planned, form_scraped_at: naiveTime() },
      })),
    () => "Saved",
  );
  return {
    data: {
      ...{ success: true, fields_count: form.fields.length, answers_count: planned.length },
      ...{ form_type: form.form_type, form_title: form.form_title, from_cache: cached !== undefined },
      ...{ planned_answers: planned, layer_status: layers.states },
    },
  };
}

async function readForm(context: OperationContext, layers: LayerBook, url: string): Promise<ApplicationForm> {
  const text = await layers.run(
    "scrape_form",
    "Reading the page",
    () => readFormPage(context, url),
    (page) => `${page.length} characters`,
  );
  const form = await layers.run(
    "extract_fields",
    "Finding the fields",
    () => askForForm(context.requireLlm(), context, text),
    ({ fields }) => `${fields.length} fields`,
  );
  await layers.attempt(
    "cache_results",
    "Keeping the form",
    () => cacheForm(context.documents, url, form),
    () => "Kept",
  );
  return form;
}
