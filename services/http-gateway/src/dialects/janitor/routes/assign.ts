import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { releaseIfUnread } from "../../../core/release-unread.js";
import { takeToken } from "../../../core/take-token.js";
import { optionalBody } from "../../../http/schema-check.js";
import { sendJson } from "../../../http/send-json.js";
import type { JsonDocument } from "../../../json/parse-json.js";
import type { JanitorContext } from "../context.js";
import { tooManyCalls } from "../errors.js";
import { assign } from "../runs/assign.js";
import { type AssignBody, assignRequestOf } from "../runs/assign-request.js";
import type { AssignRequest } from "../runs/claim-run.js";
import { peek } from "../runs/peek.js";
import { startOnceSent } from "../runs/report-start.js";
import { refusal } from "../schemas/common.js";
import { assignBody, assignment } from "../schemas/runs.js";
import { callerOf, workerGuard } from "../worker/caller.js";

/** The calls by which workers get work. */
export function assignRoutes(app: FastifyInstance, context: JanitorContext): void {
  const schema = {
    tags: ["active runs"],
    body: { ...assignBody, ...optionalBody },
    response: { 201: assignment, 429: refusal, 503: refusal },
  };

  app.post("/active-runs", { schema: { ...schema, summary: "Assigns the next run." } }, async (request, reply) =>
    assignTo(context, request, reply, undefined, "/active-runs"),
  );

  app.post(
    "/runner/active-runs",
    {
      onRequest: workerGuard(context.logins),
      schema: { ...schema, summary: "Assigns the next run to the worker that calls." },
    },
    async (request, reply) => assignTo(context, request, reply, callerOf(request), "/runner/active-runs"),
  );

  app.get(
    "/active-runs/+peek",
    {
      schema: {
        tags: ["active runs"],
        summary: "Shows what would be assigned next, without assigning it.",
        response: { 201: assignment, 503: refusal },
      },
    },
    async (_, reply) => sendJson(reply, await peek(context), 201),
  );
}

async function assignTo(
  context: JanitorContext,
  request: FastifyRequest,
  reply: FastifyReply,
  caller: string | undefined,
  path: string,
): Promise<FastifyReply> {
  const body = (request.body as JsonDocument).value as AssignBody;
  const wanted = assignRequestOf(body, caller);
  await countCall(context, request, wanted);
  const { lease, assignment: answer } = await assign(context, wanted, body.exclude_hosts ?? [], request.log);
  releaseIfUnread(context.core, context.config.namespace, lease, reply);
  startOnceSent(context, lease, reply);
  context.metrics.assigned(wanted.worker);
  reply.header("Location", `${path}/${lease.attemptId}`);
  // Any other status of success is a failure for good to the real worker.
  return sendJson(reply, answer, 201);
}

const windowMs = 60_000;

/** Counts a worker's call, where the operator limits them. @throws JanitorError 429 */
async function countCall(
  { core, config }: JanitorContext,
  request: FastifyRequest,
  { worker }: AssignRequest,
): Promise<void> {
  const { namespace, assignRate: limit } = config;
  if (limit === undefined) return;
  const key = `assign:${worker ?? request.ip}`;
  const waitMs = await takeToken(core, { namespace, key, limit, windowMs });
  if (waitMs !== undefined) throw tooManyCalls(waitMs / 1000);
}
