import type { FastifyInstance } from "fastify";
import type { Dialect, DialectDeps } from "../../dialect.js";
import { badUrlAnswer, setUpEdge } from "../../http/dialect-edge.js";
import { createGuards } from "./auth/guards.js";
import type { SiloConfig } from "./config.js";
import type { SiloContext } from "./context.js";
import { createGraphCache } from "./dag/graph-cache.js";
import { edge } from "./errors.js";
import { prepareSilo } from "./prepare.js";
import { dagRoutes } from "./routes/dag.js";
import { definitionRoutes } from "./routes/definitions.js";
import { eventRoutes } from "./routes/events.js";
import { jobListRoutes } from "./routes/job-list.js";
import { jobLogRoutes } from "./routes/job-logs.js";
import { jobRoutes } from "./routes/jobs.js";
import { runnerCallRoutes } from "./routes/runner-calls.js";
import { runnerReportRoutes } from "./routes/runner-reports.js";
import { runnerRoutes } from "./routes/runners.js";
import { compileValidator } from "./validation.js";

/** Makes the Silo runner API, to be mounted under a prefix and at the root of a listener of its own. */
export function createSiloDialect({ core, stopping }: DialectDeps, config: SiloConfig): Dialect {
  const context: SiloContext = {
    core,
    config,
    stopping,
    guards: createGuards(core, config),
    graphs: createGraphCache(),
  };
  return {
    name: "silo",
    hasCors: false,
    title: "Silo runner API",
    listen: config.listen,
    hostName: config.hostName,
    plugin: (app) => mount(app, context),
    prepare: () => prepareSilo(context),
    answerBadUrl: badUrlAnswer(edge),
  };
}

async function mount(app: FastifyInstance, context: SiloContext): Promise<void> {
  setUpEdge(app, edge);
  app.setValidatorCompiler(compileValidator);

  runnerCallRoutes(app, context);
  runnerReportRoutes(app, context);
  definitionRoutes(app, context);
  jobListRoutes(app, context);
  jobRoutes(app, context);
  jobLogRoutes(app, context);
  runnerRoutes(app, context);
  dagRoutes(app, context);
  eventRoutes(app, context);
}
