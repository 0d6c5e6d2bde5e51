import type { FastifyInstance } from "fastify";
import type { Dialect, DialectDeps } from "../../dialect.js";
import { badUrlAnswer, setUpEdge } from "../../http/dialect-edge.js";
import { guardAccess } from "./access.js";
import { createBackchannelCheck } from "./backchannel/backchannel-access.js";
import type { JanitorConfig } from "./config.js";
import type { JanitorContext } from "./context.js";
import { createDuties } from "./duties.js";
import { edge } from "./errors.js";
import { createJanitorMetrics } from "./metrics.js";
import { prepareJanitor } from "./prepare.js";
import { activeRunRoutes } from "./routes/active-runs.js";
import { adminRoutes } from "./routes/admin.js";
import { assignRoutes } from "./routes/assign.js";
import { candidateRoutes } from "./routes/candidates.js";
import { codebaseRoutes } from "./routes/codebases.js";
import { finishRoutes } from "./routes/finish.js";
import { logRoutes } from "./routes/logs.js";
import { queueRoutes } from "./routes/queue.js";
import { resumeRoutes } from "./routes/resume.js";
import { runRoutes } from "./routes/runs.js";
import { serviceRoutes } from "./routes/service.js";
import { watchdogRoutes } from "./routes/watchdog.js";
import { compileValidator } from "./validation.js";
import { createWorkerLogins } from "./worker/worker-logins.js";

/** Makes the Janitor runner API, to be mounted under a prefix and at the root of a listener of its own. */
export function createJanitorDialect(deps: DialectDeps, config: JanitorConfig): Dialect {
  const { core, logger, version, stopping } = deps;
  const context: JanitorContext = {
    core,
    config,
    version,
    stopping,
    logins: createWorkerLogins({ core, config }),
    mayCall: createBackchannelCheck(config.backchannelAllow),
    metrics: createJanitorMetrics(),
  };
  return {
    name: "janitor",
    hasCors: false,
    title: "Janitor runner API",
    listen: config.listen,
    hostName: config.hostName,
    plugin: (app) => mount(app, context),
    prepare: () => prepareJanitor(context),
    duties: createDuties(context, logger.child({ dialect: "janitor" })),
    answerBadUrl: badUrlAnswer(edge),
  };
}

async function mount(app: FastifyInstance, context: JanitorContext): Promise<void> {
  setUpEdge(app, edge);
  app.setValidatorCompiler(compileValidator);
  guardAccess(app, context.config);

  queueRoutes(app, context);
  activeRunRoutes(app, context);
  assignRoutes(app, context);
  finishRoutes(app, context);
  logRoutes(app, context);
  codebaseRoutes(app, context);
  candidateRoutes(app, context);
  runRoutes(app, context);
  resumeRoutes(app, context);
  adminRoutes(app, context);
  watchdogRoutes(app, context);
  serviceRoutes(app, context);
}
