import type { Readable } from "node:stream";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { mediaTypeOf } from "../../../http/dialect-edge.js";
import { sendJson } from "../../../http/send-json.js";
import type { JanitorContext } from "../context.js";
import { badRequest, JanitorError } from "../errors.js";
import { finishRun } from "../finish/finish-run.js";
import { readClaimInfo } from "../runs/claim-info.js";
import { activeRun, type Run } from "../runs/find-run.js";
import { refusal } from "../schemas/common.js";
import { finished, runParams } from "../schemas/runs.js";
import { callerOf, workerGuard } from "../worker/caller.js";

/** The calls by which workers finish their runs. */
export function finishRoutes(app: FastifyInstance, context: JanitorContext): void {
  const schema = {
    tags: ["active runs"],
    params: runParams,
    consumes: ["multipart/form-data"],
    response: { 201: finished, 400: refusal, 404: refusal },
  };
  const config = { streamsBody: true };

  for (const word of ["finish", "finish-multipart"]) {
    app.post(
      `/active-runs/:id/${word}`,
      { config, schema: { ...schema, summary: "Finishes a run, with its logs and files." } },
      async (request, reply) => {
        const run = await activeRun(context, idOf(request));
        const answer = await finish(context, request, run);
        reply.header("Location", `/runs/${run.attempt.id}`);
        return sendJson(reply, answer, 201);
      },
    );

    app.post(
      `/runner/active-runs/:id/${word}`,
      {
        config,
        onRequest: workerGuard(context.logins),
        schema: {
          ...schema,
          summary: "Finishes a run of the worker that calls.",
          response: { ...schema.response, 403: refusal },
        },
      },
      async (request, reply) => {
        const run = await activeRun(context, idOf(request));
        requireHolder(run, callerOf(request));
        return sendJson(reply, await finish(context, request, run), 201);
      },
    );
  }
}

function idOf(request: FastifyRequest): string {
  return (request.params as { id: string }).id;
}

function finish(context: JanitorContext, request: FastifyRequest, run: Run): Promise<object> {
  if (request.body === undefined || request.body === null) throw badRequest("expected multipart/form-data");
  return finishRun(context, run, request.body as Readable, mediaTypeOf(request), request.log);
}

/** Only the worker that has a run may finish it. @throws JanitorError 403 */
function requireHolder({ attempt }: Run, caller: string): void {
  if (readClaimInfo(attempt.claimInfo, attempt.runnerId).worker === caller) return;
  const error = "Not authorized to finish this run";
  throw new JanitorError(403, error, { body: { error, reason: error } });
}
