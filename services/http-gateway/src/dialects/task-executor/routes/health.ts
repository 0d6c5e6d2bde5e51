import { timestampNow } from "@bufbuild/protobuf/wkt";
import type { FastifyInstance } from "fastify";
import { prefixForCaller } from "../../../http/by-host.js";
import { writeJson } from "../../../json/raw-json.js";
import type { TaskExecutorContext } from "../context.js";
import { countTasks, countWorkers, sum } from "../counts.js";
import { someObject } from "../schemas.js";
import { durationSeconds, timestampText } from "../../../json/timestamp.js";

const noTasks = { pending: 0, running: 0, completed: 0, failed: 0, timeout: 0, cancelled: 0 };
const noWorkers = { idle: 0, busy: 0, offline: 0 };

/** How the service is: for people, for load balancers, for Prometheus. */
export function healthRoutes(app: FastifyInstance, { core, config, metrics, version }: TaskExecutorContext): void {
  const { namespace } = config;
  const schema = { tags: ["service"], response: { 200: someObject, 503: someObject } };

  app.get("/", { schema: { ...schema, summary: "Says what this is." } }, async (request, reply) => {
    const prefix = prefixForCaller(request, app.prefix);
    const about = { name: "Task Executor API", version, docs: `/docs${prefix}`, health: `${prefix}/health` };
    return reply.type("application/json").send(writeJson(about));
  });

  app.get("/health", { schema: { ...schema, summary: "Returns the service's health." } }, async (_, reply) => {
    const [database, tasks, workers] = await Promise.all([
      databaseState(),
      countTasks(core, namespace).catch(() => undefined),
      countWorkers(core, namespace).catch(() => undefined),
    ]);
    const healthy = database.connected && tasks !== undefined && workers !== undefined;
    const degraded = sum(workers ?? noWorkers) === 0;
    const health = {
      status: healthy ? (degraded ? "degraded" : "healthy") : "unhealthy",
      version,
      timestamp: timestampText(timestampNow()),
      database,
      workers: { total: sum(workers ?? noWorkers), ...(workers ?? noWorkers) },
      queue: tasks ?? noTasks,
    };
    return reply
      .code(healthy ? 200 : 503)
      .type("application/json")
      .send(writeJson(health));
  });

  app.get("/ready", { schema: { ...schema, summary: "Says whether the service can work." } }, async (_, reply) => {
    const [{ connected: database }, workers] = await Promise.all([
      databaseState(),
      core.fleet.listRunners({ namespace, pageSize: 1 }).then(
        () => true,
        () => false,
      ),
    ]);
    const ready = database && workers;
    return reply
      .code(ready ? 200 : 503)
      .type("application/json")
      .send(writeJson({ ready, database, workers }));
  });

  app.get(
    "/metrics",
    { schema: { tags: ["service"], summary: "Metrics in the text form of Prometheus." } },
    async (_, reply) => {
      const counts = await Promise.all([countTasks(core, namespace), countWorkers(core, namespace)]).then(
        ([tasks, workers]) => ({ tasks, workers }),
        () => undefined,
      );
      return reply.type(metrics.contentType).send(await metrics.text(counts));
    },
  );

  async function databaseState(): Promise<{ connected: boolean; latency_ms: number | null }> {
    try {
      const { databaseConnected, databaseLatency } = await core.jobs.getStatus({});
      const seconds = durationSeconds(databaseLatency);
      return { connected: databaseConnected, latency_ms: seconds === undefined ? null : seconds * 1000 };
    } catch {
      return { connected: false, latency_ms: null };
    }
  }
}
