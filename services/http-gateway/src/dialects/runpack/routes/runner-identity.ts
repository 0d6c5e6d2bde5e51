import { reasonOf } from "@switchyard/errors";
import type { Runner } from "@switchyard/proto/switchyard/runner/v1/runner_pb";
import { RegisterRunnerRequest_Mode } from "@switchyard/proto/switchyard/runner/v1/runner_service_pb";
import type { FastifyInstance } from "fastify";
import type { JsonDocument } from "../../../json/parse-json.js";
import { writeJson } from "../../../json/raw-json.js";
import { registration } from "../body-rules.js";
import { mayBeRunnerId, type RunpackContext, runnerIdOf } from "../context.js";
import { addEndpoint, sendJson } from "../endpoint.js";
import { attributesOf, runnerSpecFrom } from "../runner-mapping.js";
import * as schemas from "../schemas.js";

/** A runner makes itself known, and asks whether it still is. */
export function runnerIdentityRoutes(app: FastifyInstance, context: RunpackContext): void {
  const tags = ["runner"];

  addEndpoint(app, context, {
    ...{ method: "POST", url: "/api/runner/register", access: "runner", body: registration },
    operation: "Failed to register runner",
    schema: {
      ...{ tags, summary: "Registers a new runner.", body: schemas.registerBody },
      response: { 201: schemas.registered, 400: schemas.error },
    },
    async handle(request, reply) {
      const { runner } = await context.core.runners.registerRunner({
        namespace: context.config.namespace,
        mode: RegisterRunnerRequest_Mode.NEW,
        spec: runnerSpecFrom(request.body as JsonDocument),
      });
      if (runner === undefined) throw new Error("the core registered a runner and answered without it");
      const answer = { runner_id: runner.id, message: "Runner registered successfully" };
      return sendJson(reply, 201, writeJson(answer));
    },
  });

  addEndpoint(app, context, {
    ...{ method: "GET", url: "/api/runner/verify", access: "runner" },
    operation: "Failed to verify runner",
    schema: {
      ...{ tags, summary: "Says whether the runner is known." },
      response: { 200: schemas.verified, 400: schemas.error, 404: schemas.verified },
    },
    async handle(request, reply) {
      const runner = await findRunner(context, runnerIdOf(request));
      if (runner === undefined) {
        return sendJson(reply, 404, writeJson({ exists: false, message: "Runner not found" }));
      }
      const answer = { exists: true, runner_name: attributesOf(runner).name, message: "Runner verified successfully" };
      return sendJson(reply, 200, writeJson(answer));
    },
  });
}

/** Reads a runner; undefined for an id that nobody has. No sign of life. */
export async function findRunner({ core, config }: RunpackContext, runnerId: string): Promise<Runner | undefined> {
  if (!mayBeRunnerId(runnerId)) return undefined;
  const { runner } = await core.fleet
    .getRunner({ namespace: config.namespace, runnerId })
    .catch((error: unknown) =>
      reasonOf(error) === "RUNNER_NOT_FOUND" ? { runner: undefined } : Promise.reject(error),
    );
  return runner;
}
