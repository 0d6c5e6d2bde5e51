import type { FastifyInstance, FastifyRequest } from "fastify";
import { sendJson } from "../../../http/send-json.js";
import { jobIdOf, type PipelineContext } from "../context.js";
import { isUnavailable, unavailableAs } from "../errors.js";
import { clearQueue, failStaleItems } from "../queue/clean-queue.js";
import { findItemOfPosting, positionOf } from "../queue/find-item.js";
import { itemView } from "../queue/item-view.js";
import { createPostingNames } from "../queue/posting-facts.js";
import { cancelItem, dismissItem, retryItem } from "../queue/queue-actions.js";
import { emptyQueueState, readQueueState } from "../queue/queue-state.js";
import { postingParams } from "../schemas/common.js";
import {
  cleanupAnswer,
  cleanupQuery,
  clearAnswer,
  doneAnswer,
  foundItem,
  itemAnswer,
  queueParams,
  queueState,
} from "../schemas/queue.js";
import type { Job } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";

/** The queue: what waits, runs, failed and is done, and what may be done with it. */
export function queueRoutes(app: FastifyInstance, context: PipelineContext): void {
  const tags = ["queue"];
  const preValidation = context.access.token;
  const names = createPostingNames();
  const away = unavailableAs("Queue not configured");
  const managerAway = unavailableAs("Queue manager not available");

  const asItem = async (job: Job, position: number) => {
    const subject = job.spec?.subject ?? "";
    const factsOf = await names.factsOf(context, [subject]);
    return itemView(job, factsOf(subject), position);
  };

  app.get(
    "/queue/state",
    { schema: { tags, summary: "Shows the queue.", response: { 200: queueState } } },
    async (_, reply) => {
      const state = await readQueueState(context, names).catch((error: unknown) => {
        if (!isUnavailable(error)) throw error;
        return emptyQueueState();
      });
      return sendJson(reply, state);
    },
  );

  app.post(
    "/queue/:queue_id/retry",
    {
      preValidation,
      schema: { tags, summary: "Has a failed item done again.", params: queueParams, response: { 200: itemAnswer } },
    },
    async (request, reply) => {
      const job = await retryItem(context, queueIdOf(request)).catch(away);
      return sendJson(reply, { success: true, item: await asItem(job, await positionOf(context, job)) });
    },
  );

  app.post(
    "/queue/:queue_id/cancel",
    {
      preValidation,
      schema: { tags, summary: "Cancels an item that waits.", params: queueParams, response: { 200: doneAnswer } },
    },
    async (request, reply) => {
      await cancelItem(context, queueIdOf(request)).catch(away);
      return sendJson(reply, { success: true });
    },
  );

  app.post(
    "/queue/:queue_id/dismiss",
    {
      preValidation,
      schema: {
        tags,
        summary: "Moves a failed item to the history.",
        params: queueParams,
        response: { 200: doneAnswer },
      },
    },
    async (request, reply) => {
      await dismissItem(context, queueIdOf(request)).catch(away);
      return sendJson(reply, { success: true });
    },
  );

  app.get(
    "/queue/item/:job_id",
    { schema: { tags, summary: "Finds the item of a posting.", params: postingParams, response: { 200: foundItem } } },
    async (request, reply) => {
      try {
        const job = await findItemOfPosting(context, jobIdOf(request));
        if (job === undefined) return sendJson(reply, { found: false, queue_enabled: true });
        const item = await asItem(job, await positionOf(context, job));
        return sendJson(reply, { found: true, item, queue_enabled: true });
      } catch (error) {
        if (!isUnavailable(error)) throw error;
        return sendJson(reply, { found: false, queue_enabled: false });
      }
    },
  );

  app.post(
    "/queue/cleanup",
    {
      preValidation,
      schema: {
        tags,
        summary: "Fails items that wait too long.",
        querystring: cleanupQuery,
        response: { 200: cleanupAnswer },
      },
    },
    async (request, reply) => {
      const { max_age_minutes: minutes = 60 } = request.query as { max_age_minutes?: number };
      const stale = await failStaleItems(context, minutes).catch(managerAway);
      const stats = {
        stale_pending_removed: stale,
        orphan_pending_removed: 0,
        orphan_running_removed: 0,
        total_cleaned: stale,
      };
      return sendJson(reply, { success: true, stats });
    },
  );

  app.post(
    "/queue/clear",
    { preValidation, schema: { tags, summary: "Empties the queue.", response: { 200: clearAnswer } } },
    async (_, reply) => sendJson(reply, { success: true, stats: await clearQueue(context).catch(managerAway) }),
  );
}

function queueIdOf(request: FastifyRequest): string {
  return (request.params as { queue_id: string }).queue_id;
}
