import type { Pool, ScalePoolResponse } from "@switchyard/proto/switchyard/runner/v1/fleet_service_pb";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { JsonDocument } from "../../../json/parse-json.js";
import { writeJson } from "../../../json/raw-json.js";
import { shapeOf, type TaskExecutorContext } from "../context.js";
import { poolNotReached, validationError } from "../errors.js";
import { isReached, poolStatus } from "../pool-mapping.js";
import { scaleBody, scaleQuery, shapeQuery, someObject } from "../schemas.js";

/** The internal pool: its state, and the orders to it. Whoever keeps the pool carries them out. */
export function internalPoolRoutes(app: FastifyInstance, { core, config }: TaskExecutorContext): void {
  const { namespace } = config;
  const base = "/api/v1/workers/internal";
  const schema = { tags: ["internal workers"], response: { 200: someObject } };

  app.get(
    `${base}/status`,
    { schema: { ...schema, summary: "Returns the internal workers.", querystring: shapeQuery } },
    async (request, reply) => {
      const { pool } = await core.fleet.getPool({ namespace });
      return send(reply, poolStatus(present(pool), shapeOf(request, config.shape)));
    },
  );

  app.post(
    `${base}/scale`,
    { schema: { ...schema, summary: "Sets their number.", querystring: scaleQuery, body: scaleBody } },
    async (request, reply) => {
      const { before, now } = await order({ size: wantedSize(request) });
      const message = "Workers scaled successfully";
      const counts = { previous_count: before, new_count: now, previous_workers: before, current_workers: now };
      return send(reply, { message, ...counts, status: "scaled" });
    },
  );

  app.post(`${base}/stop`, { schema: { ...schema, summary: "Stops all of them." } }, async (_, reply) => {
    const { before } = await order({ running: false });
    return send(reply, { message: "Workers stopped", stopped_count: before, status: "stopped" });
  });

  app.post(`${base}/start`, { schema: { ...schema, summary: "Starts as many as last." } }, async (_, reply) => {
    const { now } = await order({ running: true });
    return send(reply, { message: "Workers started", worker_count: now, status: "started", workers: now });
  });

  /** Numbers of live workers before and after a change that has been carried out. */
  async function order(change: { readonly size?: number; readonly running?: boolean }) {
    const { previous, pool }: ScalePoolResponse = await core.fleet.scalePool({ namespace, ...change });
    if (!isReached(present(pool))) throw poolNotReached();
    return { before: present(previous).runners.length, now: present(pool).runners.length };
  }
}

/** The number of workers that a request names in its body or its query. */
function wantedSize(request: FastifyRequest): number {
  const { num_workers: inBody } = (request.body as JsonDocument).value as { readonly num_workers?: number };
  const { num_workers: inQuery } = request.query as { readonly num_workers?: number };
  const wanted = inBody ?? inQuery;
  if (wanted === undefined) {
    throw validationError([{ loc: ["body", "num_workers"], msg: "is required", type: "missing" }]);
  }
  if (inQuery !== undefined && inQuery !== wanted) {
    throw validationError([{ loc: ["query", "num_workers"], msg: "differs from the body's", type: "value_error" }]);
  }
  return wanted;
}

function present(pool: Pool | undefined): Pool {
  if (pool === undefined) throw new Error("the fleet answered without the pool");
  return pool;
}

function send(reply: FastifyReply, body: object): FastifyReply {
  return reply.type("application/json").send(writeJson(body));
}
