import type { TaskType } from "./tiers.js";

/** What is known about an operation, by the word that the wire shows. The word is the kind of its jobs. */
export interface OperationFacts {
  /** The handler of the worker that does it. */
  readonly handler: HandlerName;
  /** Estimated time in seconds, for places in the queue. */
  readonly seconds: number;
  readonly taskType: TaskType;
}

/** One piece of work that the worker knows. */
export type HandlerName =
  | "structure-jd"
  | "extract"
  | "full-extraction"
  | "research-company"
  | "generate-cv"
  | "all-ops"
  | "scrape-form-answers"
  | "synthesize-persona"
  | "outreach"
  | "outreach-batch"
  | "import-linkedin"
  | "import-indeed"
  | "ingest-himalaya"
  | "ingest-indeed"
  | "ingest-bayt"
  | "job-search"
  | "generate-annotations"
  | "rebuild-priors"
  | "annotation-feedback"
  | "render-pdf"
  | "export-cv"
  | "upload-drive"
  | "pipeline";

const analytical = (handler: HandlerName, seconds: number): OperationFacts => ({
  handler,
  seconds,
  taskType: "analytical",
});
const complex = (handler: HandlerName, seconds: number): OperationFacts => ({ handler, seconds, taskType: "complex" });

/** Every kind of job, in canonical names and the old ones. */
export const operations: Readonly<Record<string, OperationFacts>> = {
  // Operations of the queue, under their canonical names.
  "analyze-job": analytical("full-extraction", 45),
  "prepare-annotations": analytical("structure-jd", 15),
  "research-company": analytical("research-company", 60),
  "discover-contacts": analytical("research-company", 30),
  "generate-cv": complex("generate-cv", 30),
  "generate-cover-letter": complex("generate-cv", 20),
  "generate-outreach": complex("research-company", 25),
  "full-analysis": analytical("all-ops", 90),
  extract: analytical("extract", 20),
  full_pipeline: analytical("pipeline", 300),
  // The same under the words of the start calls.
  "full-extraction": analytical("full-extraction", 45),
  "structure-jd": analytical("structure-jd", 15),
  "all-ops": analytical("all-ops", 90),
  "scrape-form-answers": analytical("scrape-form-answers", 30),
  // Work that is never in the queue view.
  "synthesize-persona": analytical("synthesize-persona", 10),
  outreach: complex("outreach", 15),
  "outreach-batch": complex("outreach-batch", 60),
  "import-linkedin": analytical("import-linkedin", 15),
  "import-indeed": analytical("import-indeed", 15),
  "ingest-himalaya": analytical("ingest-himalaya", 60),
  "ingest-indeed": analytical("ingest-indeed", 60),
  "ingest-bayt": analytical("ingest-bayt", 60),
  "job-search": analytical("job-search", 30),
  "generate-annotations": analytical("generate-annotations", 10),
  "rebuild-priors": analytical("rebuild-priors", 10),
  "annotation-feedback": analytical("annotation-feedback", 5),
  "render-pdf": analytical("render-pdf", 5),
  "export-cv": analytical("export-cv", 5),
  "upload-drive": analytical("upload-drive", 10),
};

/** Operations that may be queued, by canonical name. */
export const queueOperations = [
  "analyze-job",
  "prepare-annotations",
  "research-company",
  "discover-contacts",
  "generate-cv",
  "generate-cover-letter",
  "generate-outreach",
  "full-analysis",
  "extract",
] as const;

const olderNames: Readonly<Record<string, string>> = {
  "full-extraction": "analyze-job",
  "structure-jd": "prepare-annotations",
  "all-ops": "full-analysis",
  "process-jd": "analyze-job",
};

/** The canonical name of an operation that may be queued; undefined for every other word. */
export function queueOperationOf(word: string): string | undefined {
  const name = Object.hasOwn(olderNames, word) ? olderNames[word] : word;
  return (queueOperations as readonly string[]).includes(name ?? "") ? name : undefined;
}
