import { timestampNow } from "@bufbuild/protobuf/wkt";
import type { FastifyInstance } from "fastify";
import { sendJson } from "../../../http/send-json.js";
import type { JsonDocument } from "../../../json/parse-json.js";
import { timestampText } from "../../../json/timestamp.js";
import type { JanitorContext } from "../context.js";
import { badRequest, JanitorError } from "../errors.js";
import { countQueue } from "../queue-counts.js";
import { createWorkerBody, message, securityStats, workerList, workerParams } from "../schemas/admin.js";
import { refusal } from "../schemas/common.js";
import { createAccount, deleteAccount } from "../worker/accounts.js";
import { listWorkers } from "../worker/list-workers.js";
import type { WorkerView } from "../worker/worker-view.js";

/** Runs that a worker may have, as the old service says; it lets it have any number, and so does this one. */
const saidMostRuns = 5;

/** The accounts of workers. */
export function adminRoutes(app: FastifyInstance, context: JanitorContext): void {
  const tags = ["admin"];

  app.get(
    "/admin/workers",
    { schema: { tags, summary: "Lists workers by name.", response: { 200: workerList } } },
    async (_, reply) => {
      const workers = await listWorkers(context);
      const { active, idle, failed } = countByStatus(workers);
      return sendJson(reply, {
        workers,
        total_workers: workers.length,
        active_workers: active,
        idle_workers: idle,
        summary: { total: workers.length, active, idle, failed },
        timestamp: timestampText(timestampNow()),
      });
    },
  );

  app.post(
    "/admin/workers",
    {
      schema: {
        tags,
        summary: "Makes a worker's account.",
        body: createWorkerBody,
        response: { 201: message, 400: refusal, 409: message },
      },
    },
    async (request, reply) => {
      const { value } = request.body as JsonDocument;
      const { name, password, link = null } = value as { name: string; password: string; link?: string | null };
      if (Buffer.byteLength(name) > 255) throw badRequest("body.name has more than 255 bytes");
      if (!(await createAccount(context, { name, password, link }))) throw refused(409, "Failed to create worker");
      return sendJson(reply, { message: "Worker created successfully" }, 201);
    },
  );

  app.delete(
    "/admin/workers/:name",
    {
      schema: {
        tags,
        summary: "Deletes a worker's account. Its runs stay.",
        params: workerParams,
        response: { 200: message, 404: message },
      },
    },
    async (request, reply) => {
      const { name } = request.params as { readonly name: string };
      if (!(await deleteAccount(context, name))) throw refused(404, "Worker not found");
      return sendJson(reply, { message: "Worker deleted successfully" });
    },
  );

  app.get(
    "/admin/security/stats",
    { schema: { tags, summary: "Counts workers and runs.", response: { 200: securityStats } } },
    async (_, reply) => {
      const [workers, { active }] = await Promise.all([listWorkers(context), countQueue(context)]);
      return sendJson(reply, {
        total_workers: workers.length,
        active_workers: countByStatus(workers).active,
        total_active_runs: active,
        max_concurrent_runs_per_worker: saidMostRuns,
      });
    },
  );
}

function countByStatus(workers: readonly WorkerView[]): Record<WorkerView["status"], number> {
  const counts = { active: 0, idle: 0, failed: 0 };
  for (const { status } of workers) counts[status] += 1;
  return counts;
}

/** Says it under the names that the two generations of the old service have, and under the one of all other rows. */
function refused(status: number, words: string): JanitorError {
  return new JanitorError(status, words, { body: { message: words, error: words, reason: words } });
}
