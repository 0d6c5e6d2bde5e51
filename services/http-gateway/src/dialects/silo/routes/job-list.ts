import type { Job } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { type ListJobsResponse, ListOrder } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import type { FastifyInstance } from "fastify";
import { jobPages } from "../../../core/job-pages.js";
import { sendJsonArray } from "../../../http/send-array.js";
import { writeJson } from "../../../json/raw-json.js";
import type { SiloContext } from "../context.js";
import { jobView } from "../jobs/job-view.js";
import { subjectOf } from "../names.js";
import { listOf } from "../schemas/common.js";
import { job, listJobsQuery } from "../schemas/job.js";
import { jobFilterOf, type JobStatus } from "../vocabulary.js";

interface ListJobsQuery {
  readonly status?: JobStatus;
  readonly definition?: string;
  readonly part_number?: string;
  readonly runner_id?: string;
  readonly limit?: number;
  readonly offset?: number;
}

/** The list of jobs. */
export function jobListRoutes(app: FastifyInstance, context: SiloContext): void {
  app.get(
    "/api/jobs",
    {
      onRequest: context.guards.user("viewer"),
      schema: {
        tags: ["jobs"],
        summary: "Lists jobs, newest first.",
        querystring: listJobsQuery,
        response: { 200: listOf(job) },
      },
    },
    async (request, reply) => {
      const pages = pagesOf(context, request.query as ListJobsQuery);
      const first = await pages.next();
      reply.header("X-Total-Count", Number(first.value?.total ?? 0));
      const texts = (async function* () {
        for (const found of first.value?.jobs ?? []) yield textOf(found);
        for await (const page of pages) for (const found of page.jobs) yield textOf(found);
      })();
      return sendJsonArray(reply, texts);
    },
  );
}

function textOf(found: Job): string {
  return writeJson(jobView(found));
}

/** The pages of a list. */
async function* pagesOf(
  { core, config }: SiloContext,
  { status, definition, part_number: part, runner_id: runner, limit = 50, offset = 0 }: ListJobsQuery,
): AsyncGenerator<ListJobsResponse, undefined> {
  // To the core an empty value is no filter at all; here no part has an empty number.
  if (part === "") return undefined;
  // Other texts name no definition, and some could be no kind of the core's.
  if (definition !== undefined && !/^[\x21-\x7e]{1,255}$/.test(definition)) return undefined;
  const list = {
    namespace: config.namespace,
    filter: {
      ...(status === undefined ? {} : jobFilterOf(status)),
      kinds: definition === undefined ? [] : [definition],
      subject: part === undefined ? "" : subjectOf(part),
      runnerId: runner?.toLowerCase() ?? "",
    },
    orderBy: ListOrder.NEWEST,
  };
  return yield* jobPages(core, list, { skip: offset, limit });
}
