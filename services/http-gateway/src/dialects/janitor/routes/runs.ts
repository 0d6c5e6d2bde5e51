import type { FastifyInstance } from "fastify";
import { sendJson } from "../../../http/send-json.js";
import type { JsonDocument } from "../../../json/parse-json.js";
import type { JanitorContext } from "../context.js";
import { putRun, setPublishStatus } from "../documents/runs.js";
import { badRequest, notFound } from "../errors.js";
import { readRun } from "../runs/read-run.js";
import { type PublishStatus, publishStatuses, type RunRecord } from "../runs/run-record.js";
import { refusal } from "../schemas/common.js";
import { changedRun, run, runBody, runParams } from "../schemas/runs.js";

/** Runs that are over. */
export function runRoutes(app: FastifyInstance, context: JanitorContext): void {
  const schema = { tags: ["runs"], params: runParams };

  app.get(
    "/runs/:id",
    { schema: { ...schema, summary: "Returns a run in short.", response: { 200: run, 404: refusal } } },
    async (request, reply) => {
      const { codebase, campaign, publish_status } = await requireRun(context, request.params as { id: string });
      return sendJson(reply, { codebase, campaign, publish_status });
    },
  );

  app.post(
    "/runs/:id",
    {
      schema: {
        ...schema,
        summary: "Sets the state of a run's publication.",
        body: runBody,
        response: { 200: changedRun, 400: refusal, 404: refusal },
      },
    },
    async (request, reply) => {
      const { publish_status: status } = (request.body as JsonDocument).value as { publish_status: string };
      const record = await requireRun(context, request.params as { id: string });
      if (!isPublishStatus(status)) throw badRequest(`invalid publish_status: ${status}`);
      if (status === "approved" && record.revision === null)
        throw badRequest("a run without a revision cannot be approved");
      // What follows from the end of a run may still be on its way.
      await putRun(context, record);
      await setPublishStatus(context, record.id, status);
      const { id, codebase, campaign } = record;
      return sendJson(reply, { run_id: id, publish_status: status, codebase, campaign });
    },
  );
}

async function requireRun(context: JanitorContext, { id }: { readonly id: string }): Promise<RunRecord> {
  const record = await readRun(context, id);
  if (record === undefined) throw notFound(`no such run: ${id}`);
  return record;
}

function isPublishStatus(word: string): word is PublishStatus {
  return (publishStatuses as readonly string[]).includes(word);
}
