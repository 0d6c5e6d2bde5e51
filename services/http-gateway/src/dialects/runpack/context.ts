import type { FastifyRequest } from "fastify";
import type { CoreClients } from "../../core/clients.js";
import type { Access } from "./access.js";
import type { RunpackConfig } from "./config.js";
import { badRequest } from "./errors.js";
import type { ResultCheck } from "./result-check.js";

/** What the routes of the dialect share. */
export interface RunpackContext {
  readonly core: CoreClients;
  readonly config: RunpackConfig;
  readonly access: Access;
  /** The client's address, as far as it can be believed. */
  readonly addressOf: (request: FastifyRequest) => string;
  /** Tells whether a kept result may still be given out; undefined: all may. */
  readonly resultCheck: ResultCheck | undefined;
}

/** The job that the path names. */
export function jobIdOf(request: FastifyRequest): string {
  return (request.params as { jobId: string }).jobId;
}

/**
 * The runner that the caller says it is: any text.
 *
 * @throws RunpackError 400 when it does not say
 */
export function runnerIdOf(request: FastifyRequest): string {
  const id = request.headers["x-runner-id"];
  if (typeof id === "string" && id !== "") return id;
  throw badRequest("Missing X-Runner-ID header");
}

/** Tells whether a text has the form of the ids that the core makes for jobs; a call about any other can be spared. */
export function mayBeJobId(id: unknown): id is string {
  return typeof id === "string" && /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id);
}

/** Tells whether a text can be the id of a runner; the core refuses any other as a mistake in the call. */
export function mayBeRunnerId(id: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._:-]{0,254}$/.test(id);
}
