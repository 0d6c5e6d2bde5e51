import type { IncomingMessage } from "node:http";
import cors from "@fastify/cors";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Dialect, DialectDeps } from "../../dialect.js";
import { readBody } from "../../http/read-body.js";
import { requestIdFrom } from "../../http/request-id.js";
import { createRouteBook } from "../../http/route-book.js";
import type { TaskExecutorConfig } from "./config.js";
import type { TaskExecutorContext } from "./context.js";
import { methodNotAllowed, TaskExecutorError, toTaskExecutorError } from "./errors.js";
import { createTaskExecutorMetrics } from "./metrics.js";
import { healthRoutes } from "./routes/health.js";
import { taskListRoutes } from "./routes/task-list.js";
import { taskLogRoutes } from "./routes/task-logs.js";
import { taskStatsRoutes } from "./routes/task-stats.js";
import { taskRoutes } from "./routes/tasks.js";
import { workerCallRoutes } from "./routes/worker-calls.js";
import { workerReportRoutes } from "./routes/worker-reports.js";
import { workerRoutes } from "./routes/workers.js";
import { compileValidator } from "./validation.js";

const maxBodyBytes = 1024 ** 2;

/** Makes the Task Executor API, to be mounted under a prefix and at the root of a listener of its own. */
export function createTaskExecutorDialect({ core, version }: DialectDeps, config: TaskExecutorConfig): Dialect {
  const context: TaskExecutorContext = { core, version, config, metrics: createTaskExecutorMetrics() };
  return {
    name: "task-executor",
    title: "Task Executor API",
    listen: config.listen,
    plugin: (app) => mount(app, context),
    answerBadUrl(request, reply) {
      const requestId = requestIdFrom(request.headers["x-request-id"]);
      reply.header("X-Request-ID", requestId);
      answerError(reply, new TaskExecutorError(422, "The URL cannot be decoded"), requestId);
    },
  };
}

async function mount(app: FastifyInstance, context: TaskExecutorContext): Promise<void> {
  const requestIds = new WeakMap<FastifyRequest, string>();
  const idOf = (request: FastifyRequest) => requestIds.get(request) ?? requestIdFrom(undefined);
  const routes = createRouteBook(app);

  app.setValidatorCompiler(compileValidator);
  // Answers are written by the routes; their schemas are only for the document.
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", (_request: FastifyRequest, payload: IncomingMessage) =>
    readBody(payload, { maxBytes: maxBodyBytes }),
  );

  app.addHook("onRequest", async (request, reply) => {
    const requestId = requestIdFrom(request.headers["x-request-id"]);
    requestIds.set(request, requestId);
    reply.header("X-Request-ID", requestId);
    // The contract does not look at media types, and the framework would refuse one that it cannot read.
    delete request.raw.headers["content-type"];
  });
  app.addHook("onResponse", async (request, reply) => {
    const url = request.is404 ? undefined : request.routeOptions.url;
    const seconds = reply.elapsedTime / 1000;
    const endpoint = url === undefined ? "unmatched" : templateOf(url, app.prefix);
    context.metrics.observe({ method: request.method, endpoint, status: reply.statusCode, seconds });
  });
  await app.register(cors, {
    origin: "*",
    methods: ["GET", "HEAD", "POST", "PUT"],
    exposedHeaders: ["X-Request-ID", "X-Total-Count", "Idempotent-Replay", "Retry-After", "Allow"],
    strictPreflight: false,
  });

  app.setErrorHandler((error, request, reply) => {
    const answer = toTaskExecutorError(error);
    const facts = { err: error, request_id: idOf(request) };
    if (answer.status === 503) request.log.warn(facts, "the core did not answer");
    else if (answer.status >= 500) request.log.error(facts, "a request failed");
    return answerError(reply, answer, idOf(request));
  });
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split("?", 1)[0] ?? "";
    const allowed = routes.methodsOf(path);
    const answer =
      allowed.length > 0 ? methodNotAllowed(request.method, allowed) : new TaskExecutorError(404, `No route ${path}`);
    return answerError(reply, answer, idOf(request));
  });

  taskStatsRoutes(app, context);
  taskListRoutes(app, context);
  taskRoutes(app, context);
  taskLogRoutes(app, context);
  workerRoutes(app, context);
  workerCallRoutes(app, context);
  workerReportRoutes(app, context);
  healthRoutes(app, context);
}

function answerError(reply: FastifyReply, error: TaskExecutorError, requestId: string): FastifyReply {
  const { status, message: detail, type, errors, headers } = error;
  const body = { detail, type, request_id: requestId, ...(errors === undefined ? {} : { errors }) };
  return reply.code(status).headers(headers).type("application/json").send(JSON.stringify(body));
}

/** The route as the contract writes it: without the prefix of the mount, parameters in braces. */
function templateOf(url: string, prefix: string): string {
  const path = url.slice(prefix.length) || "/";
  return path.replace(/:(\w+)/g, "{$1}");
}
