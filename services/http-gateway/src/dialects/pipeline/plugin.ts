import cors from "@fastify/cors";
import type { FastifyInstance } from "fastify";
import type { Dialect, DialectDeps } from "../../dialect.js";
import { badUrlAnswer, setUpEdge } from "../../http/dialect-edge.js";
import { createAccess } from "./access.js";
import type { PipelineConfig } from "./config.js";
import type { PipelineContext } from "./context.js";
import { documentRoutes } from "./document-routes.js";
import { edge } from "./errors.js";
import { createRunFeeds } from "./logs/run-feeds.js";
import { preparePipeline } from "./prepare.js";
import { artifactRoutes } from "./routes/artifacts.js";
import { directOperationRoutes } from "./routes/direct-operations.js";
import { operationRunRoutes } from "./routes/operation-runs.js";
import { pipelineRunRoutes } from "./routes/pipeline-runs.js";
import { queueRoutes } from "./routes/queue.js";
import { queuedOperationRoutes } from "./routes/queued-operations.js";
import { runStatusRoutes } from "./routes/run-status.js";
import { serviceRoutes } from "./routes/service.js";
import { startOperationRoutes } from "./routes/start-operations.js";
import { compileValidator } from "./validation.js";

/** Makes the Pipeline Runner API, to be mounted under a prefix and at the root of a listener of its own. */
export function createPipelineDialect({ core, version, stopping }: DialectDeps, config: PipelineConfig): Dialect {
  const context: PipelineContext = {
    ...{ core, config, version, stopping },
    access: createAccess(config),
    feeds: createRunFeeds({ core, config, stopping }),
  };
  return {
    name: "pipeline",
    hasCors: true,
    title: "Pipeline Runner",
    listen: config.listen,
    hostName: config.hostName,
    plugin: (app) => mount(app, context),
    prepare: () => preparePipeline(context),
    answerBadUrl: badUrlAnswer(edge),
  };
}

async function mount(app: FastifyInstance, context: PipelineContext): Promise<void> {
  const { corsOrigins } = context.config;
  setUpEdge(app, edge);
  app.setValidatorCompiler(compileValidator);
  if (corsOrigins.length > 0) {
    await app.register(cors, {
      origin: [...corsOrigins],
      credentials: true,
      methods: ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"],
      exposedHeaders: ["X-Request-ID"],
      strictPreflight: false,
    });
  }

  pipelineRunRoutes(app, context);
  runStatusRoutes(app, context);
  directOperationRoutes(app, context);
  startOperationRoutes(app, context);
  operationRunRoutes(app, context);
  queuedOperationRoutes(app, context);
  queueRoutes(app, context);
  artifactRoutes(app, context);
  serviceRoutes(app, context);
  documentRoutes(app, context);
}
