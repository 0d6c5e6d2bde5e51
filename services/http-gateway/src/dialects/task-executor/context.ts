import type { FastifyRequest } from "fastify";
import type { CoreClients } from "../../core/clients.js";
import type { ResponseShape, TaskExecutorConfig } from "./config.js";
import { methodNotAllowed, validationError, workerNotFound } from "./errors.js";
import type { TaskExecutorMetrics } from "./metrics.js";

/** What the routes of the dialect share. */
export interface TaskExecutorContext {
  readonly core: CoreClients;
  readonly config: TaskExecutorConfig;
  readonly metrics: TaskExecutorMetrics;
  /** Version of the build. */
  readonly version: string;
  /** Fires when the gateway ends. */
  readonly stopping: AbortSignal;
}

/**
 * The shape that a request gets: the query's word, else the header's, else `otherwise`.
 *
 * @throws TaskExecutorError 422 for another word
 */
export function shapeOf(request: FastifyRequest, otherwise: ResponseShape): ResponseShape {
  const asked = (request.query as { shape?: ResponseShape }).shape ?? request.headers["x-response-shape"];
  if (asked === undefined) return otherwise;
  if (asked === "documented" || asked === "deployed") return asked;
  const msg = "must be documented or deployed";
  throw validationError([{ loc: ["header", "x-response-shape"], msg, type: "enum" }]);
}

/** The task that the path names, in the lower case that the core writes. */
export function taskIdOf(request: FastifyRequest): string {
  return (request.params as { task_id: string }).task_id.toLowerCase();
}

/**
 * The worker that the path names.
 *
 * @throws TaskExecutorError 404 for an id that nobody can have registered; 405 for the path of the registration itself
 */
export function workerIdOf(request: FastifyRequest): string {
  const { worker_id: id } = request.params as { worker_id: string };
  if (id === "register" && request.routeOptions.url?.endsWith("/:worker_id")) {
    throw methodNotAllowed(request.method, ["POST"]);
  }
  if (id === "internal" || id === "register" || !/^[A-Za-z0-9][A-Za-z0-9._:-]{0,254}$/.test(id))
    throw workerNotFound(id);
  return id;
}
