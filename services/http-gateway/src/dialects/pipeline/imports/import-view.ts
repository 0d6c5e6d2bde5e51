import type { Body } from "../documents/document-store.js";
import { refuseFailure } from "../documents/run-failure.js";
import { badRequest } from "../errors.js";
import type { FinishedRun } from "../runs/run-now.js";
import type { Work } from "../runs/job-spec.js";

/** Where single postings are imported from: the member of the body that names one. */
export const importSources = {
  linkedin: { field: "job_id_or_url", kind: "import-linkedin" },
  indeed: { field: "job_key_or_url", kind: "import-indeed" },
} as const;

/** A place to import from. */
export type ImportSource = keyof typeof importSources;

/** The work of importing what the body names. @throws PipelineError 400 where it names nothing */
export function importWork(source: ImportSource, body: Body): Work {
  const { field, kind } = importSources[source];
  const named = String(body[field]).trim();
  if (named === "") throw badRequest(`${field} is required`);
  return { kind, input: { parameters: { [field]: named } } };
}

/**
 * The answer about an import.
 *
 * @throws PipelineError with the worker's words and the status that its code has
 */
export function importView(run: Pick<FinishedRun, "job" | "result" | "failure">): object {
  refuseFailure(run);
  const data = run.result?.data ?? {};
  return {
    success: true,
    job_id: data["job_id"] ?? null,
    title: data["title"] ?? "",
    company: data["company"] ?? "",
    location: data["location"] ?? null,
    score: data["score"] ?? null,
    tier: data["tier"] ?? null,
    score_rationale: data["score_rationale"] ?? null,
    duplicate: data["duplicate"] === true,
    error: data["error"] ?? null,
  };
}
