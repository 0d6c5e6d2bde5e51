import type { HandlerName } from "@switchyard/pipeline-model";
import type { OperationHandler } from "../operation.js";
import { allOps } from "./all-ops/all-ops.js";
import { generateAnnotations } from "./annotations/generate-annotations.js";
import { exportCv } from "./export-cv/export-cv.js";
import { extract } from "./extract/extract.js";
import { fullExtraction } from "./full-extraction/full-extraction.js";
import { generateCv } from "./generate-cv/generate-cv.js";
import { outreachBatch } from "./outreach/outreach-batch.js";
import { outreach } from "./outreach/outreach.js";
import { renderPdf } from "./pdf/render-pdf.js";
import { synthesizePersona } from "./persona/synthesize-persona.js";
import { pipeline } from "./pipeline/pipeline.js";
import { annotationFeedback } from "./priors/annotation-feedback.js";
import { rebuildPriorsOperation } from "./priors/rebuild-priors.js";
import { researchCompanyOperation } from "./research-company/research-company.js";
import { structureJd } from "./structure-jd/structure-jd.js";

/** What is done with postings and CVs once they are there, by the name of the work. */
export const operationHandlers = {
  "structure-jd": structureJd,
  extract,
  "full-extraction": fullExtraction,
  "research-company": researchCompanyOperation,
  "generate-cv": generateCv,
  "all-ops": allOps,
  "synthesize-persona": synthesizePersona,
  outreach,
  "outreach-batch": outreachBatch,
  "generate-annotations": generateAnnotations,
  "annotation-feedback": annotationFeedback,
  "rebuild-priors": rebuildPriorsOperation,
  "render-pdf": renderPdf,
  "export-cv": exportCv,
  pipeline,
} satisfies Partial<Record<HandlerName, OperationHandler>>;
