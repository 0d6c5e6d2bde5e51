import cors from "@fastify/cors";
import type { FastifyInstance } from "fastify";
import type { Dialect, DialectDeps } from "../../dialect.js";
import { badUrlAnswer, setUpEdge } from "../../http/dialect-edge.js";
import { guardAccess } from "./access.js";
import type { TaskExecutorConfig } from "./config.js";
import type { TaskExecutorContext } from "./context.js";
import { edge } from "./errors.js";
import { createTaskExecutorMetrics } from "./metrics.js";
import { healthRoutes } from "./routes/health.js";
import { internalPoolRoutes } from "./routes/internal-pool.js";
import { taskListRoutes } from "./routes/task-list.js";
import { taskLogRoutes } from "./routes/task-logs.js";
import { taskStatsRoutes } from "./routes/task-stats.js";
import { taskStreamRoutes } from "./routes/task-streams.js";
import { taskRoutes } from "./routes/tasks.js";
import { workerCallRoutes } from "./routes/worker-calls.js";
import { workerReportRoutes } from "./routes/worker-reports.js";
import { workerRoutes } from "./routes/workers.js";
import { compileValidator } from "./validation.js";

/** Makes the Task Executor API, to be mounted under a prefix and at the root of a listener of its own. */
export function createTaskExecutorDialect(deps: DialectDeps, config: TaskExecutorConfig): Dialect {
  const context: TaskExecutorContext = { ...deps, config, metrics: createTaskExecutorMetrics() };
  return {
    name: "task-executor",
    hasCors: true,
    title: "Task Executor API",
    listen: config.listen,
    hostName: config.hostName,
    plugin: (app) => mount(app, context),
    answerBadUrl: badUrlAnswer(edge),
  };
}

async function mount(app: FastifyInstance, context: TaskExecutorContext): Promise<void> {
  setUpEdge(app, edge);
  app.setValidatorCompiler(compileValidator);
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
  guardAccess(app, context);

  taskStatsRoutes(app, context);
  taskListRoutes(app, context);
  taskRoutes(app, context);
  taskLogRoutes(app, context);
  taskStreamRoutes(app, context);
  internalPoolRoutes(app, context);
  workerRoutes(app, context);
  workerCallRoutes(app, context);
  workerReportRoutes(app, context);
  healthRoutes(app, context);
}

/** The route as the contract writes it: without the prefix of the mount, parameters in braces. */
function templateOf(url: string, prefix: string): string {
  const path = url.slice(prefix.length) || "/";
  return path.replace(/:(\w+)/g, "{$1}");
}
