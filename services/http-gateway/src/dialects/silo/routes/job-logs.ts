import { JobView } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import type { FastifyInstance } from "fastify";
import { sendJsonArray } from "../../../http/send-array.js";
import { writeJson } from "../../../json/raw-json.js";
import { jobIdOf, type SiloContext } from "../context.js";
import { invalidRequest } from "../errors.js";
import { readJob } from "../jobs/read-job.js";
import { readLog } from "../logs/read-log.js";
import { listOf } from "../schemas/common.js";
import { jobLogsQuery, jobParams, logEntry } from "../schemas/job.js";
import { type LogLevelWord, logLevels } from "../vocabulary.js";

interface JobLogsQuery {
  readonly level?: string;
  readonly after?: number;
  readonly limit?: number;
}

/** A job's log: what its runners wrote, and what the service itself has to say. */
export function jobLogRoutes(app: FastifyInstance, context: SiloContext): void {
  app.get(
    "/api/jobs/:jobID/logs",
    {
      onRequest: context.guards.user("viewer"),
      schema: {
        tags: ["jobs"],
        summary: "Returns the first log entries behind one.",
        params: jobParams,
        querystring: jobLogsQuery,
        response: { 200: listOf(logEntry) },
      },
    },
    async (request, reply) => {
      const { level, after = 0, limit = 1000 } = request.query as JobLogsQuery;
      const levels = levelsOf(level);
      const job = await readJob(context, jobIdOf(request), JobView.FULL);
      const texts = (async function* () {
        for await (const entry of readLog(context, job, { after, limit, levels })) yield writeJson(entry);
      })();
      return sendJsonArray(reply, texts);
    },
  );
}

/** The levels that a query names, separated by commas; all of them if it names none. */
function levelsOf(level: string | undefined): readonly LogLevelWord[] {
  if (level === undefined) return logLevels;
  const words = level.split(",").map((word) => word.trim());
  for (const word of words) {
    if (!logLevels.includes(word as LogLevelWord)) throw invalidRequest(`level must be of ${logLevels.join(", ")}`);
  }
  return words as LogLevelWord[];
}
