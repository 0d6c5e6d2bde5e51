import type { FastifyInstance, FastifyRequest } from "fastify";
import { sendJson } from "../../../http/send-json.js";
import type { JsonDocument } from "../../../json/parse-json.js";
import { writeJson } from "../../../json/raw-json.js";
import { callerName, runnerOf } from "../auth/guards.js";
import type { SiloContext } from "../context.js";
import { coneOf } from "../dag/cone.js";
import { checkGraphSize, type GraphBody } from "../dag/graph.js";
import { readCones, readGraph, syncGraph } from "../dag/sync-graph.js";
import { invalidRequest, notFound } from "../errors.js";
import { heldJob } from "../jobs/claimed-job.js";
import { readJobInput } from "../jobs/job-input.js";
import { cone, coneQuery, dag, dagBody, dagQuery, itemDagBody, itemParams, syncedDag } from "../schemas/dag.js";
import { jobParams } from "../schemas/job.js";
import type { ConeDirection } from "../vocabulary.js";

/** The largest body of a graph's write. */
const maxBodyBytes = 10 * 1024 ** 2;

/** The graphs of parts: which feature needs which. */
export function dagRoutes(app: FastifyInstance, context: SiloContext): void {
  const { guards } = context;
  const tags = ["dag"];
  const write = { tags, summary: "Replaces the graph of a part's revision.", response: { 200: syncedDag } };

  app.put(
    "/api/runner/jobs/:jobID/dag",
    { onRequest: guards.runner, config: { maxBodyBytes }, schema: { ...write, params: jobParams, body: dagBody } },
    async (request, reply) => {
      const document = request.body as JsonDocument;
      const body = document.value as GraphBody;
      checkGraphSize(body);
      const job = await heldJob(context, request);
      const input = readJobInput(job.spec?.input);
      const revision = body.revision_number ?? input.revision_number;
      if (!input.part_number) throw invalidRequest(`job ${job.id} has no part_number`);
      if (revision === null) throw invalidRequest("body.revision_number is required: the job has none");
      const origin = {
        part_number: input.part_number,
        revision_number: revision,
        synced_by: runnerOf(request).name,
        job_id: job.id,
        attempt: job.attemptCount,
      };
      return sendJson(reply, await syncGraph(context, origin, document, request.log));
    },
  );

  app.put(
    "/api/items/:partNumber/dag",
    {
      onRequest: guards.runnerOrUser("editor"),
      config: { maxBodyBytes },
      schema: { ...write, params: itemParams, body: itemDagBody },
    },
    async (request, reply) => {
      const document = request.body as JsonDocument;
      const body = document.value as Required<GraphBody>;
      checkGraphSize(body);
      const origin = {
        part_number: partOf(request),
        revision_number: body.revision_number,
        synced_by: callerName(request),
        job_id: null,
        attempt: null,
      };
      return sendJson(reply, await syncGraph(context, origin, document, request.log));
    },
  );

  app.get(
    "/api/items/:partNumber/dag",
    {
      onRequest: guards.user("viewer"),
      schema: { tags, summary: "Returns a graph.", params: itemParams, querystring: dagQuery, response: { 200: dag } },
    },
    async (request, reply) => {
      const { revision } = request.query as { revision?: number };
      const { record, text } = await readGraph(context, partOf(request), revision);
      const { part_number, revision_number, synced_at, synced_by } = record;
      // The graph's own members stand between, as they are kept: nobody parses 10 MiB to write them again.
      const head = writeJson({ part_number, revision_number }).slice(0, -1);
      const tail = writeJson({ synced_at, synced_by }).slice(1);
      return reply.type("application/json").send(`${head},${text.slice(1, -1)},${tail}`);
    },
  );

  app.get(
    "/api/items/:partNumber/dag/cone",
    {
      onRequest: guards.user("viewer"),
      schema: {
        tags,
        summary: "Returns what depends on a node, or what it depends on.",
        params: itemParams,
        querystring: coneQuery,
        response: { 200: cone },
      },
    },
    async (request, reply) => {
      const { node, direction = "forward", revision } = request.query as ConeQuery;
      const graph = await readCones(context, partOf(request), revision);
      const nodes = coneOf(graph, node, direction);
      if (nodes === undefined) throw notFound(`node ${node}`);
      return sendJson(reply, { node_key: node, direction, nodes });
    },
  );
}

interface ConeQuery {
  readonly node: string;
  readonly direction?: ConeDirection;
  readonly revision?: number;
}

function partOf(request: FastifyRequest): string {
  return (request.params as { partNumber: string }).partNumber;
}
