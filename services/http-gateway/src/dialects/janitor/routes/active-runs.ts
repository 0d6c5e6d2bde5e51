import type { FastifyInstance } from "fastify";
import { sendJson } from "../../../http/send-json.js";
import type { JanitorContext } from "../context.js";
import { restingHosts } from "../documents/hosts.js";
import { activeRun, activeRuns } from "../runs/find-run.js";
import { showRun, showWatchedRuns } from "../runs/show-runs.js";
import { refusal } from "../schemas/common.js";
import * as schemas from "../schemas/runs.js";
import { isoTextOfMs } from "../times.js";
import { workerGuard } from "../worker/caller.js";

/** What workers are doing now. */
export function activeRunRoutes(app: FastifyInstance, context: JanitorContext): void {
  const tags = ["active runs"];

  app.get(
    "/status",
    {
      schema: {
        tags,
        summary: "Shows the active runs and the hosts that are left alone.",
        response: { 200: schemas.status },
      },
    },
    async (_, reply) => {
      const [runs, hosts] = await Promise.all([activeRuns(context), restingHosts(context)]);
      const limited = [...hosts].map(([host, until]) => [host, isoTextOfMs(until.getTime())] as const);
      return sendJson(reply, {
        processing: await showWatchedRuns(context, runs),
        avoid_hosts: context.config.avoidHosts,
        rate_limit_hosts: Object.fromEntries(limited),
      });
    },
  );

  app.get(
    "/active-runs",
    { schema: { tags, summary: "Lists the active runs.", response: { 200: schemas.activeRuns } } },
    async (_, reply) => sendJson(reply, await showWatchedRuns(context, await activeRuns(context))),
  );

  const one = { tags, params: schemas.runParams, response: { 200: schemas.activeRun, 404: refusal } };
  const show = async (id: string) => showRun(context, await activeRun(context, id));

  app.get("/active-runs/:id", { schema: { ...one, summary: "Shows an active run." } }, async (request, reply) =>
    sendJson(reply, await show((request.params as { id: string }).id)),
  );

  app.get(
    "/runner/active-runs/:id",
    { onRequest: workerGuard(context.logins), schema: { ...one, summary: "Shows an active run to a worker." } },
    async (request, reply) => sendJson(reply, await show((request.params as { id: string }).id)),
  );
}
