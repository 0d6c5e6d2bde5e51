import { OperationFailure, type HandlerResult, type OperationContext, type OperationHandler } from "../../operation.js";
import { fullExtraction } from "../full-extraction/full-extraction.js";
import { objectOf } from "../json/values.js";
import { LayerBook, wordsOf } from "../layers/layer-book.js";
import { loadPosting } from "../posting/load-posting.js";
import { researchCompanyOperation } from "../research-company/research-company.js";
import { prefixedContext } from "./prefixed-context.js";

/** Two operations at the same time, each tried once more. The run succeeds if either does. */
export const allOps: OperationHandler = async (context) => {
  const layers = new LayerBook(context);
  // What is wrong with the posting itself is said once, not by both.
  await loadPosting(context);
  layers.say("all_ops", "processing", "Extraction and research");
  layers.say("parallel_exec", "processing", "Both at the same time");
  const [extraction, research] = await Promise.all([
    tryTwice(context, layers, "extraction", fullExtraction),
    tryTwice(context, layers, "research", researchCompanyOperation),
  ]);
  const done = [extraction, research].filter(({ result }) => result !== undefined).length;
  layers.say("parallel_exec", done === 2 ? "success" : done === 1 ? "warning" : "failed", `${done} of 2 done`);
  if (done === 0) {
    layers.say("all_ops", "failed", "Neither was done");
    throw new OperationFailure(`Extraction: ${extraction.error}; research: ${research.error}`, { code: "all_failed" });
  }
  layers.say("all_ops", "success", done === 2 ? "Both done" : "One of two done");
  return { data: summary(layers, extraction, research) };
};

/** What became of one of the two. */
interface Half {
  readonly result: HandlerResult | undefined;
  readonly error: string | undefined;
}

async function tryTwice(
  context: OperationContext,
  layers: LayerBook,
  name: string,
  handler: OperationHandler,
): Promise<Half> {
  const half = prefixedContext(context, `${name}_`);
  try {
    return { result: await handler(half), error: undefined };
  } catch (error) {
    context.signal.throwIfAborted();
    // A refusal says the same again.
    if (error instanceof OperationFailure) return { result: undefined, error: wordsOf(error) };
    layers.say("parallel_exec", "retrying", `${name}: ${wordsOf(error)}`);
  }
  try {
    return { result: await handler(half), error: undefined };
  } catch (error) {
    context.signal.throwIfAborted();
    return { result: undefined, error: wordsOf(error) };
  }
}

function summary(layers: LayerBook, extraction: Half, research: Half): Readonly<Record<string, unknown>> {
  const [extracted, researched] = [extraction.result?.data, research.result?.data];
  const prefixed = (data: HandlerResult["data"] | undefined, name: string) =>
    Object.entries(objectOf(data?.["layer_status"])).map(([key, state]) => [`${name}_${key}`, state]);
  return {
    extraction_completed: extracted !== undefined,
    research_completed: researched !== undefined,
    phase1_complete: extracted !== undefined && researched !== undefined,
    extraction: extracted ?? null,
    research: researched ?? null,
    fit_score: extracted?.["fit_score"] ?? null,
    fit_category: extracted?.["fit_category"] ?? null,
    pain_points_count: extracted?.["pain_points_count"] ?? 0,
    section_count: extracted?.["section_count"] ?? 0,
    company_type: researched?.["company_type"] ?? null,
    signals_count: researched?.["signals_count"] ?? 0,
    primary_contacts_count: researched?.["primary_contacts_count"] ?? 0,
    secondary_contacts_count: researched?.["secondary_contacts_count"] ?? 0,
    ...(extraction.error === undefined ? {} : { extraction_error: extraction.error }),
    ...(research.error === undefined ? {} : { research_error: research.error }),
    layer_status: {
      ...layers.states,
      ...Object.fromEntries([...prefixed(extracted, "extraction"), ...prefixed(researched, "research")]),
    },
  };
}
