import { RegisterRunnerRequest_Mode } from "@switchyard/proto/switchyard/runner/v1/runner_service_pb";
import type { Runner } from "@switchyard/proto/switchyard/runner/v1/runner_pb";
import { reasonOf } from "@switchyard/errors";
import type { FastifyInstance, FastifyReply } from "fastify";
import { sendJson } from "../../../http/send-json.js";
import type { JsonDocument } from "../../../json/parse-json.js";
import { runnerTokenPrefix } from "../auth/runner-tokens.js";
import { runnerIdOf, type SiloContext } from "../context.js";
import { SiloError } from "../errors.js";
import { asRunnerError, deleteRunner, getRunner, listRunners } from "../runners/runner-store.js";
import { type CreateRunnerBody, runnerSpecFrom, runnerView } from "../runners/runner-view.js";
import { listOf, nothing } from "../schemas/common.js";
import { createRunnerBody, runner, runnerParams, runnerWithToken } from "../schemas/runner.js";

/** The accounts of runners, as admins keep them. */
export function runnerRoutes(app: FastifyInstance, context: SiloContext): void {
  const { core, config, guards } = context;
  const { namespace } = config;
  const tags = ["runners"];

  app.post(
    "/api/runners",
    {
      onRequest: guards.user("admin"),
      schema: { tags, summary: "Makes a runner.", body: createRunnerBody, response: { 201: runnerWithToken } },
    },
    async (request, reply) => {
      const document = request.body as JsonDocument;
      const answer = await core.runners
        .registerRunner({
          namespace,
          mode: RegisterRunnerRequest_Mode.NAME_UNIQUE,
          spec: runnerSpecFrom(document, config),
          issueToken: true,
          tokenPrefix: runnerTokenPrefix,
        })
        .catch((error: unknown) => {
          const { name } = document.value as CreateRunnerBody;
          const taken = reasonOf(error) === "ALREADY_EXISTS";
          throw taken ? new SiloError("already_exists", `a runner named ${name} exists`) : error;
        });
      return sendWithToken(reply, answer, 201);
    },
  );

  app.get(
    "/api/runners",
    {
      onRequest: guards.user("viewer"),
      schema: { tags, summary: "Lists runners by name.", response: { 200: listOf(runner) } },
    },
    async (_, reply) => sendJson(reply, (await listRunners(context)).map(runnerView)),
  );

  app.get(
    "/api/runners/:id",
    {
      onRequest: guards.user("viewer"),
      schema: { tags, summary: "Returns a runner.", params: runnerParams, response: { 200: runner } },
    },
    async (request, reply) => sendJson(reply, runnerView(await getRunner(context, runnerIdOf(request)))),
  );

  app.post(
    "/api/runners/:id/rotate",
    {
      onRequest: guards.user("admin"),
      schema: {
        tags,
        summary: "Gives a runner another token.",
        params: runnerParams,
        response: { 200: runnerWithToken },
      },
    },
    async (request, reply) => {
      const runnerId = runnerIdOf(request);
      const answer = await core.fleet
        .issueCredential({ namespace, runnerId, prefix: runnerTokenPrefix })
        .catch((error: unknown) => {
          throw asRunnerError(error, runnerId);
        });
      return sendWithToken(reply, answer, 200);
    },
  );

  app.delete(
    "/api/runners/:id",
    {
      onRequest: guards.user("admin"),
      schema: { tags, summary: "Deletes a runner.", params: runnerParams, response: { 204: nothing } },
    },
    async (request, reply) => {
      await deleteRunner(context, runnerIdOf(request));
      return reply.code(204).send();
    },
  );
}

/** Shows a token, the one time that it is shown. */
function sendWithToken(
  reply: FastifyReply,
  { runner: made, token }: { readonly runner?: Runner | undefined; readonly token: string },
  status: number,
): FastifyReply {
  if (made === undefined) throw new Error("the core answered without the runner");
  return sendJson(reply, { ...runnerView(made), token }, status);
}
