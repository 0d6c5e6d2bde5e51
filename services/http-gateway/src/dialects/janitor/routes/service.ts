import { timestampNow } from "@bufbuild/protobuf/wkt";
import type { FastifyInstance, FastifyReply } from "fastify";
import { sendJson } from "../../../http/send-json.js";
import { timestampText } from "../../../json/timestamp.js";
import type { JanitorContext } from "../context.js";
import { checkHealth, databaseAnswers, isHealthy } from "../health.js";
import { countQueue } from "../queue-counts.js";
import { health, plainText, queueStats } from "../schemas/service.js";
import { countActiveRuns } from "../worker/list-workers.js";

/** How the service is: for people, for load balancers, for Prometheus. */
export function serviceRoutes(app: FastifyInstance, context: JanitorContext): void {
  const { metrics, version } = context;
  const tags = ["service"];
  const inWords = { 200: plainText, 503: plainText };

  app.get("/", { schema: { tags, summary: "Says nothing.", response: { 200: plainText } } }, async (_, reply) =>
    sendText(reply, 200, ""),
  );

  app.get(
    "/health",
    { schema: { tags, summary: "Returns the service's health.", response: { 200: health, 503: health } } },
    async (request, reply) => {
      const checks = await checkHealth(context);
      const healthy = isHealthy(checks);
      const status = healthy ? 200 : 503;
      if (!/\bapplication\/json\b/i.test(request.headers.accept ?? ""))
        return sendText(reply, status, healthy ? "ok" : "unhealthy");
      const timestamp = timestampText(timestampNow());
      return sendJson(reply, { status: healthy ? "healthy" : "unhealthy", timestamp, version, checks }, status);
    },
  );

  app.get(
    "/health/live",
    { schema: { tags, summary: "Says that the gateway answers.", response: { 200: plainText } } },
    async (_, reply) => sendText(reply, 200, "ok"),
  );

  for (const url of ["/ready", "/health/ready"]) {
    app.get(
      url,
      { schema: { tags, summary: "Says whether the service can work.", response: inWords } },
      async (_, reply) => {
        const ready = await databaseAnswers(context);
        return sendText(reply, ready ? 200 : 503, ready ? "ok" : "not ready");
      },
    );
  }

  app.get(
    "/metrics",
    { schema: { tags, summary: "Metrics in the text form of Prometheus.", response: { 200: plainText } } },
    async (_, reply) => {
      const activeRuns = await countActiveRuns(context).catch(() => undefined);
      return reply.type(metrics.contentType).send(await metrics.text(activeRuns));
    },
  );

  app.get(
    "/queue/stats",
    { schema: { tags, summary: "Counts items and runs.", response: { 200: queueStats } } },
    async (_, reply) => {
      const { queued, active, succeeded, failed } = await countQueue(context);
      return sendJson(reply, {
        queue_length: queued,
        active_runs: active,
        succeeded,
        failed,
        status: "operational",
      });
    },
  );
}

function sendText(reply: FastifyReply, status: number, text: string): FastifyReply {
  return reply.code(status).type("text/plain; charset=utf-8").send(text);
}
