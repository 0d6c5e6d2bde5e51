import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Dialect, DialectDeps } from "../../dialect.js";
import { badUrlAnswer, setUpEdge } from "../../http/dialect-edge.js";
import { createAccess } from "./access.js";
import { clientAddressReader } from "./client-address.js";
import type { RunpackConfig } from "./config.js";
import { type RunpackContext, runnerIdOf } from "./context.js";
import { sendJson } from "./endpoint.js";
import { edge, notFound } from "./errors.js";
import { createResultCheck } from "./result-check.js";
import { adminJobRoutes } from "./routes/admin-jobs.js";
import { adminRunnerRoutes } from "./routes/admin-runners.js";
import { healthPaths, healthRoutes, healthText } from "./routes/health.js";
import { jobRoutes } from "./routes/jobs.js";
import { runnerIdentityRoutes } from "./routes/runner-identity.js";
import { runnerJobRoutes } from "./routes/runner-jobs.js";
import { runnerReportRoutes } from "./routes/runner-reports.js";

const corsHeaders = {
  "Access-Control-Allow-Origin": "*",
  "Access-Control-Allow-Methods": "GET, POST, DELETE, OPTIONS",
  "Access-Control-Allow-Headers": "Content-Type, Authorization, X-Runner-ID",
};

/** Makes the Runpack API, to be mounted under a prefix and at the root of a listener of its own. */
export function createRunpackDialect({ core }: DialectDeps, config: RunpackConfig): Dialect {
  const context: RunpackContext = {
    core,
    config,
    access: createAccess(config.keys),
    addressOf: clientAddressReader(config.trustProxy),
    resultCheck: createResultCheck(config),
  };
  const answerBadUrl = badUrlAnswer(edge);
  return {
    name: "runpack",
    hasCors: true,
    title: "Runpack API",
    listen: config.listen,
    hostName: config.hostName,
    plugin: (app) => mount(app, context),
    answerBadUrl(request, reply) {
      reply.headers(corsHeaders);
      answerBadUrl(request, reply);
    },
  };
}

async function mount(app: FastifyInstance, context: RunpackContext): Promise<void> {
  setUpEdge(app, edge);
  app.addHook("onRequest", (request, reply) => beforeRouting(request, reply, app.prefix));
  app.addHook("onSend", async (_, reply, payload) => {
    // The framework adds the charset, which JSON does not have, to texts.
    if (String(reply.getHeader("content-type")).startsWith("application/json")) reply.type("application/json");
    return payload;
  });
  healthRoutes(app);
  jobRoutes(app, context);
  runnerIdentityRoutes(app, context);
  runnerJobRoutes(app, context);
  runnerReportRoutes(app, context);
  adminJobRoutes(app, context);
  adminRunnerRoutes(app, context);
}

/** What the contract says about paths, whether or not there is a route for them. */
async function beforeRouting(request: FastifyRequest, reply: FastifyReply, prefix: string): Promise<unknown> {
  const path = request.url.slice(prefix.length).split("?", 1)[0] || "/";
  if (healthPaths.has(path)) return request.is404 ? sendJson(reply, 200, healthText) : undefined;
  reply.headers(corsHeaders);
  if (request.method === "OPTIONS") return reply.code(204).send();
  if (path.startsWith("/api/runner/jobs")) runnerIdOf(request);
  // The router takes nothing for an id.
  if (path.endsWith("/")) throw notFound();
  return undefined;
}
