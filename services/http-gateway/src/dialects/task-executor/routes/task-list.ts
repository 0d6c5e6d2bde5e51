import type { Job } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import type { ListJobsResponse } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import type { FastifyInstance } from "fastify";
import { type JobWindow, jobPages } from "../../../core/job-pages.js";
import { sendJsonArray } from "../../../http/send-array.js";
import { writeJson } from "../../../json/raw-json.js";
import { shapeOf, type TaskExecutorContext } from "../context.js";
import { taskFromJob } from "../mapping.js";
import { eitherList, listTasksQuery, number, task } from "../schemas.js";
import { jobStatesOf, type TaskStatus } from "../vocabulary.js";
import { listOrders } from "./tasks.js";

interface ListTasksQuery {
  readonly status?: TaskStatus;
  readonly problem_id?: string;
  readonly worker_id?: string;
  readonly limit?: number;
  readonly offset?: number;
  readonly page?: number;
  readonly page_size?: number;
  readonly sort?: string;
}

/** The list of tasks, bare or in pages. */
export function taskListRoutes(app: FastifyInstance, context: TaskExecutorContext): void {
  const response = { 200: eitherList(task, "tasks", { total: number, page: number, page_size: number }) };
  const schema = { tags: ["tasks"], summary: "Lists tasks, newest first.", querystring: listTasksQuery, response };
  app.get("/api/v1/tasks", { schema }, async (request, reply) => {
    const query = request.query as ListTasksQuery;
    const paged = query.page !== undefined || query.page_size !== undefined;
    const shape = shapeOf(request, paged ? "deployed" : context.config.shape);
    const window = windowOf(query, shape === "deployed");
    const list = pagesOf(context, query, window);
    const first = await list.next();
    const total = Number(first.value?.total ?? 0);
    reply.header("X-Total-Count", total);
    const tasks = taskTexts(first.value, list);
    if (shape === "documented") return sendJsonArray(reply, tasks);
    const tail = `],"total":${total},"page":${window.page},"page_size":${window.limit}}`;
    return sendJsonArray(reply, tasks, ['{"tasks":[', tail]);
  });
}

interface Window extends JobWindow {
  /** Number of the page that the window is, from 1. */
  readonly page: number;
}

/** Pages where a caller names them, else limit and offset; each shape has its own default. */
function windowOf({ page, page_size, limit, offset }: ListTasksQuery, deployed: boolean): Window {
  const plain = limit !== undefined || offset !== undefined;
  if (page !== undefined || page_size !== undefined || (deployed && !plain)) {
    const [number, size] = [page ?? 1, page_size ?? 20];
    return { skip: (number - 1) * size, limit: size, page: number };
  }
  const [size, skip] = [limit ?? 100, offset ?? 0];
  return { skip, limit: size, page: Math.floor(skip / size) + 1 };
}

/** The pages of a window. */
async function* pagesOf(
  { core, config }: TaskExecutorContext,
  { status, problem_id, worker_id, sort = "-created_at" }: ListTasksQuery,
  window: Window,
): AsyncGenerator<ListJobsResponse, undefined> {
  // To the core an empty value is no filter at all, and a name that cannot exist is an error.
  if (problem_id !== undefined && !/^\P{Cc}{1,255}$/u.test(problem_id)) return undefined;
  if (worker_id !== undefined && !/^[A-Za-z0-9][A-Za-z0-9._:-]{0,254}$/.test(worker_id)) return undefined;
  const list = {
    namespace: config.namespace,
    filter: {
      states: status === undefined ? [] : jobStatesOf(status),
      kinds: problem_id === undefined ? [] : [problem_id],
      runnerId: worker_id ?? "",
    },
    orderBy: listOrders[sort] ?? 0,
  };
  return yield* jobPages(core, list, window);
}

async function* taskTexts(
  first: { readonly jobs: readonly Job[] } | undefined,
  rest: AsyncIterable<ListJobsResponse>,
): AsyncGenerator<string> {
  for (const job of first?.jobs ?? []) yield writeJson(taskFromJob(job));
  for await (const page of rest) for (const job of page.jobs) yield writeJson(taskFromJob(job));
}
