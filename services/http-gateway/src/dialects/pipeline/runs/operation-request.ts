import type { JobInput, ModelTier } from "@switchyard/pipeline-model";
import type { FastifyRequest } from "fastify";
import type { JsonDocument } from "../../../json/parse-json.js";
import { body, flag, listOf, nullable, text } from "../schemas/common.js";
import { tierOf } from "./tier.js";

/** Switches of an operation, and what they are where the caller says nothing. */
type Flags = Partial<
  Record<"force_refresh" | "use_llm" | "use_annotations" | "auto_annotate" | "auto_persona", boolean>
>;

/** What callers may say about an operation. */
export interface OperationForm {
  readonly tier: ModelTier;
  readonly flags: Flags;
}

/** The operations that a caller may start or call directly, by the word of the path. */
export const operationForms = {
  "structure-jd": { tier: "balanced", flags: { use_llm: true } },
  "research-company": { tier: "balanced", flags: { force_refresh: false } },
  "generate-cv": { tier: "quality", flags: { use_annotations: true } },
  "full-extraction": { tier: "balanced", flags: { use_llm: true } },
  "all-ops": { tier: "balanced", flags: { use_llm: true, force_refresh: false } },
  "scrape-form-answers": { tier: "balanced", flags: { force_refresh: false } },
} as const satisfies Readonly<Record<string, OperationForm>>;

/** The word of a path for an operation. */
export type OperationWord = keyof typeof operationForms;

/** What callers may say about an operation in the queue, whichever it is. */
export const queueForm: OperationForm = {
  tier: "balanced",
  flags: { force_refresh: false, use_llm: true, use_annotations: true, auto_annotate: false, auto_persona: false },
};

/** What callers may say about many postings at once. The tier is in the processing vocabulary: it means balanced. */
export const batchForm: OperationForm = { tier: "balanced", flags: { force_refresh: false, use_llm: true } };

/** The schema of a body: every member may be left out. */
export function formBody({ tier, flags }: OperationForm): object {
  return body(formMembers({ tier, flags }));
}

/** The schema of a body with a list of postings. */
export function batchBody(form: OperationForm): object {
  return body({ job_ids: { ...listOf(text), minItems: 1 }, ...formMembers(form) }, ["job_ids"]);
}

/**
 * Reads what a request says about an operation, with what is left unsaid filled in.
 *
 * @throws PipelineError 400 for a tier that is none
 */
export function operationInput(
  request: FastifyRequest,
  { tier, flags }: OperationForm,
): Pick<JobInput, "tier"> & Flags {
  const said = saidIn(request);
  const chosen = Object.entries(flags).map(([name, otherwise]) => [name, said[name] ?? otherwise]);
  return { tier: tierOf((said["tier"] as string | null | undefined) ?? tier), ...Object.fromEntries(chosen) };
}

/** The members of a request's body; that they have these types its schema has made sure. */
export function saidIn<Said = Readonly<Record<string, unknown>>>(request: FastifyRequest): Said {
  return (request.body as JsonDocument).value as Said;
}

function formMembers({ tier, flags }: OperationForm): Record<string, object> {
  const switches = Object.entries(flags).map(([name, otherwise]) => [name, { ...flag, default: otherwise }]);
  const description = `fast, balanced or quality; or A, B, C, D or auto. Default ${tier}.`;
  return { tier: { ...nullable("string"), description }, ...Object.fromEntries(switches) };
}
