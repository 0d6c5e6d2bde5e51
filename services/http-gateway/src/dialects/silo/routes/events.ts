import type { FastifyInstance, FastifyRequest } from "fastify";
import { sendEvents } from "../../../http/event-stream.js";
import type { SiloContext } from "../context.js";
import { invalidRequest } from "../errors.js";
import { streamEvents } from "../events/stream-events.js";
import { beginWatch } from "../events/watch-events.js";
import { asJobError } from "../jobs/read-job.js";
import { eventsQuery, eventStream } from "../schemas/job.js";

/** What happens, as it happens. */
export function eventRoutes(app: FastifyInstance, context: SiloContext): void {
  app.get(
    "/api/events",
    {
      onRequest: context.guards.user("viewer"),
      schema: {
        tags: ["events"],
        summary: "Streams events of jobs and runners (server-sent events).",
        querystring: eventsQuery,
        response: { 200: eventStream },
      },
    },
    async (request, reply) => {
      const jobId = (request.query as { job_id?: string }).job_id?.toLowerCase();
      const watch = await beginWatch(context, jobId, lastEventOf(request)).catch((error: unknown) => {
        throw asJobError(error, jobId ?? "");
      });
      return sendEvents(reply, {
        stopping: context.stopping,
        open(signal) {
          if (signal.aborted) watch.stop();
          signal.addEventListener("abort", watch.stop, { once: true });
          return streamEvents(context, watch.events);
        },
      });
    },
  );
}

/** The last event that the client has seen; undefined for a client that comes for the first time. */
function lastEventOf(request: FastifyRequest): bigint | undefined {
  const said = [request.headers["last-event-id"]].flat().at(-1);
  if (said === undefined || said === "") return undefined;
  if (!/^\d{1,18}$/.test(said)) throw invalidRequest("Last-Event-ID is none of this stream's");
  return BigInt(said);
}
