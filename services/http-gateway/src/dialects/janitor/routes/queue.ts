import type { FastifyInstance } from "fastify";
import { sendJsonArray } from "../../../http/send-array.js";
import { sendJson } from "../../../http/send-json.js";
import type { JsonDocument } from "../../../json/parse-json.js";
import type { JanitorContext } from "../context.js";
import { listQueue } from "../queue/list-queue.js";
import { positionOf } from "../queue/position.js";
import type { ScheduleBody } from "../queue/schedule-request.js";
import { scheduleControl, scheduleRun } from "../queue/schedule-run.js";
import {
  position,
  positionQuery,
  queueItems,
  queueQuery,
  scheduleBody,
  scheduleControlBody,
  scheduled,
  scheduledControl,
} from "../schemas/queue.js";

/** The queue: what is in it, where, and how it gets there. */
export function queueRoutes(app: FastifyInstance, context: JanitorContext): void {
  const tags = ["queue"];

  app.get(
    "/queue",
    {
      schema: {
        tags,
        summary: "Lists the queue in its order.",
        querystring: queueQuery,
        response: { 200: queueItems },
      },
    },
    async (request, reply) => {
      const { limit = 0 } = request.query as { limit?: number };
      return sendJsonArray(reply, texts(listQueue(context, limit === 0 ? Number.POSITIVE_INFINITY : limit)));
    },
  );

  app.get(
    "/queue/position",
    {
      schema: {
        tags,
        summary: "Says where the first item of a codebase and campaign stands.",
        querystring: positionQuery,
        response: { 200: position },
      },
    },
    async (request, reply) => {
      const { codebase, campaign } = request.query as { codebase: string; campaign: string };
      const found = await positionOf(context, { case: "subject", value: codebase }, campaign);
      return sendJson(reply, {
        position: found?.position ?? null,
        wait_time: found?.wait ?? null,
        cumulative_wait_time: found?.cumulativeWait ?? null,
      });
    },
  );

  app.post(
    "/schedule",
    { schema: { tags, summary: "Queues a run.", body: scheduleBody, response: { 200: scheduled } } },
    async (request, reply) => {
      const body = (request.body as JsonDocument).value as ScheduleBody;
      const { request: queued, item } = await scheduleRun(context, body);
      const place = await positionOf(context, { case: "jobId", value: item.jobId });
      return sendJson(reply, {
        campaign: queued.campaign,
        codebase: queued.codebase,
        bucket: item.bucket,
        offset: queued.offset,
        queue_id: item.queueId,
        estimated_duration_seconds: queued.estimatedDuration,
        queue_position: place?.position ?? null,
        queue_wait_time: place?.wait ?? null,
      });
    },
  );

  app.post(
    "/schedule-control",
    {
      schema: {
        tags,
        summary: "Queues a control run.",
        body: scheduleControlBody,
        response: { 200: scheduledControl },
      },
    },
    async (request, reply) => {
      const body = (request.body as JsonDocument).value as ScheduleBody;
      const { request: queued, item } = await scheduleControl(context, body);
      return sendJson(reply, {
        campaign: queued.campaign,
        offset: queued.offset,
        bucket: item.bucket,
        codebase: queued.codebase,
        queue_id: item.queueId,
        estimated_duration_seconds: queued.estimatedDuration,
      });
    },
  );
}

async function* texts(items: AsyncIterable<object>): AsyncGenerator<string, undefined> {
  for await (const item of items) yield JSON.stringify(item);
  return undefined;
}
