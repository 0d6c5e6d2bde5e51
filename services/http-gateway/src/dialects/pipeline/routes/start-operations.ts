import type { FastifyInstance } from "fastify";
import { sendJson } from "../../../http/send-json.js";
import { jobIdOf, type PipelineContext } from "../context.js";
import {
  batchBody,
  batchForm,
  formBody,
  type OperationForm,
  operationForms,
  operationInput,
  type OperationWord,
  saidIn,
} from "../runs/operation-request.js";
import { startRun, startRuns } from "../runs/start-run.js";
import { postingParams } from "../schemas/common.js";
import { batchAnswer, startAnswer } from "../schemas/run.js";

/** Operations that a caller may start and follow. */
const startedWords: readonly OperationWord[] = [
  "research-company",
  "generate-cv",
  "full-extraction",
  "all-ops",
  "scrape-form-answers",
];

/** Those of them that may be started for many postings at once. */
const batchWords: readonly OperationWord[] = ["full-extraction", "research-company", "generate-cv", "all-ops"];

/** Operations that are started and go on by themselves. A posting that does not exist fails the run, not the call. */
export function startOperationRoutes(app: FastifyInstance, context: PipelineContext): void {
  const tags = ["operations"];
  const preValidation = context.access.token;

  for (const kind of startedWords) {
    const form: OperationForm = operationForms[kind];
    // `/stream` streams nothing: it is the older name.
    for (const word of ["start", "stream"]) {
      const summary = word === "start" ? `Starts ${kind}.` : `Starts ${kind} (older name).`;
      const schema = { tags, summary, params: postingParams, body: formBody(form), response: { 200: startAnswer } };
      app.post(`/api/jobs/:job_id/${kind}/${word}`, { preValidation, schema }, async (request, reply) => {
        const input = { job_id: jobIdOf(request), ...operationInput(request, form) };
        const { runId } = await startRun(context, { kind, input });
        return sendJson(reply, startView(runId));
      });
    }
  }

  for (const kind of batchWords) {
    const form = batchFormOf(kind);
    for (const word of ["batch", "bulk"]) {
      const summary = `Starts ${kind} for many postings, as items of the queue.`;
      const schema = { tags, summary, body: batchBody(form), response: { 200: batchAnswer } };
      app.post(`/api/jobs/${kind}/${word}`, { preValidation, schema }, async (request, reply) => {
        const { job_ids: jobIds } = saidIn<{ readonly job_ids: readonly string[] }>(request);
        const asked = operationInput(request, form);
        const works = jobIds.map((job_id) => ({ kind, shown: true, input: { job_id, ...asked } }));
        const started = await startRuns(context, works);
        const runs = started.map(({ runId }, index) => ({ ...startView(runId), job_id: jobIds[index] }));
        return sendJson(reply, { runs, total_count: runs.length });
      });
    }
  }
}

/** Callers may say the same about every operation; each takes what concerns it. */
function batchFormOf(kind: OperationWord): OperationForm {
  return { ...batchForm, flags: { ...operationForms[kind].flags, ...batchForm.flags } };
}

/** A run that was accepted, with the path of its stream. */
export function startView(runId: string) {
  return { run_id: runId, log_stream_url: `/api/jobs/operations/${runId}/logs`, status: "queued" };
}
