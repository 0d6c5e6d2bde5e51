import type { FastifyInstance } from "fastify";
import { sendJson } from "../../../http/send-json.js";
import type { JanitorContext } from "../context.js";
import { activeRuns } from "../runs/find-run.js";
import { watchdogHealth } from "../schemas/runs.js";
import { healthStatus } from "../watchdog/health-status.js";

/** What the watchdog knows about the active runs. */
export function watchdogRoutes(app: FastifyInstance, context: JanitorContext): void {
  app.get(
    "/watchdog/health",
    {
      schema: {
        tags: ["service"],
        summary: "Says what the watchdog knows about the active runs.",
        response: { 200: watchdogHealth },
      },
    },
    async (_, reply) => {
      const runs = await activeRuns(context);
      return sendJson(reply, { status: "ok", active_runs: runs.length, health_statuses: runs.map(healthStatus) });
    },
  );
}
