import type { FastifyRequest } from "fastify";
import type { CoreClients } from "../../core/clients.js";
import type { Access } from "./access.js";
import type { PipelineConfig } from "./config.js";
import { badRequest } from "./errors.js";
import type { RunFeeds } from "./logs/run-feeds.js";
import { isPostingId } from "./posting-id.js";

/** What the routes of the dialect share. */
export interface PipelineContext {
  readonly core: CoreClients;
  readonly config: PipelineConfig;
  /** Who may call: `onRequest: context.access.token` at every route that is not public. */
  readonly access: Access;
  /** The runs that somebody follows at this moment. */
  readonly feeds: RunFeeds;
  /** Version of the build. */
  readonly version: string;
  /** Fires when the gateway ends. */
  readonly stopping: AbortSignal;
}

/** The posting that the path names, as it was written. */
export function jobIdOf(request: FastifyRequest): string {
  return (request.params as { job_id: string }).job_id;
}

/**
 * The posting that the path names, in lower case.
 *
 * @throws PipelineError 400 for one that is not 24 hexadecimal digits
 */
export function checkedJobIdOf(request: FastifyRequest): string {
  const jobId = jobIdOf(request);
  if (!isPostingId(jobId)) throw badRequest("Invalid job ID format");
  return jobId.toLowerCase();
}

/** The run that the path names, as it was written. */
export function runIdOf(request: FastifyRequest): string {
  return (request.params as { run_id: string }).run_id;
}
