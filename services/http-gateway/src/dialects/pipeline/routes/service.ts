import type { FastifyInstance } from "fastify";
import { sendJson } from "../../../http/send-json.js";
import type { PipelineContext } from "../context.js";
import { alertStats, readAlerts } from "../service/alerts.js";
import { budgetView } from "../service/budget.js";
import { countActiveRuns, hasWorker } from "../service/capacity.js";
import { type Period, readCostByOperation, readCostHistory } from "../service/cost-history.js";
import { noWorker, readDiagnostics } from "../service/diagnostics.js";
import { createProviders } from "../service/providers.js";
import * as schemas from "../schemas/service.js";
import { naiveNow } from "../time-text.js";

/** How the service and what it needs are, and what was spent. All of it is public. */
export function serviceRoutes(app: FastifyInstance, context: PipelineContext): void {
  const tags = ["service"];
  const { config } = context;
  const providers = createProviders(config);

  app.get(
    "/health",
    { schema: { tags, summary: "Tells that the service lives.", response: { 200: schemas.health } } },
    async (_, reply) => {
      const [activeRuns, worker] = await Promise.all([
        countActiveRuns(context).catch(() => 0),
        hasWorker(context).catch(() => undefined),
      ]);
      const pdf =
        worker === undefined
          ? { status: "unknown", error: null }
          : worker
            ? { status: "healthy", error: null }
            : noWorker;
      return sendJson(reply, {
        status: "healthy",
        active_runs: activeRuns,
        max_concurrency: config.maxConcurrency,
        timestamp: naiveNow(),
        pdf_service_status: pdf.status,
        pdf_service_error: pdf.error,
      });
    },
  );

  app.get(
    "/api/claude/status",
    { schema: { tags, summary: "Tells whether the LLM can be reached.", response: { 200: schemas.llmStatus } } },
    async (_, reply) => sendJson(reply, await providers.llm()),
  );

  app.get(
    "/diagnostics",
    { schema: { tags, summary: "Tells how all parts are.", response: { 200: schemas.diagnostics } } },
    async (_, reply) => sendJson(reply, await readDiagnostics(context, providers)),
  );

  app.get(
    "/firecrawl/credits",
    { schema: { tags, summary: "Tells the credits of the scraper.", response: { 200: schemas.firecrawlCredits } } },
    async (_, reply) => sendJson(reply, await providers.firecrawl()),
  );

  app.get(
    "/openrouter/credits",
    {
      schema: { tags, summary: "Tells the credits of the LLM reseller.", response: { 200: schemas.openrouterCredits } },
    },
    async (_, reply) => sendJson(reply, await providers.openrouter()),
  );

  app.get(
    "/api/metrics/budget",
    { schema: { tags, summary: "Tells what was spent.", response: { 200: schemas.budget } } },
    async (_, reply) => sendJson(reply, budgetView(await readCostByOperation(context), config.budgetUsd)),
  );

  app.get(
    "/api/metrics/alerts",
    {
      schema: {
        tags,
        summary: "Lists runs that failed.",
        querystring: schemas.alertsQuery,
        response: { 200: schemas.alerts },
      },
    },
    async (request, reply) => {
      const { limit = 50, level, source } = request.query as { limit?: number; level?: string; source?: string };
      const all = await readAlerts(context, limit);
      const alerts = all.filter(
        (alert) => (level === undefined || alert.level === level) && (source === undefined || alert.source === source),
      );
      return sendJson(reply, { alerts, stats: alertStats(all), timestamp: naiveNow() });
    },
  );

  app.get(
    "/api/metrics/cost-history",
    {
      schema: {
        tags,
        summary: "Tells what the last hours or days cost.",
        querystring: schemas.costHistoryQuery,
        response: { 200: schemas.costHistory },
      },
    },
    async (request, reply) => {
      const { period = "hourly", count = 24 } = request.query as { period?: Period; count?: number };
      return sendJson(reply, { ...(await readCostHistory(context, period, count)), timestamp: naiveNow() });
    },
  );
}
