import type { FastifyRequest } from "fastify";
import type { CoreClients } from "../../core/clients.js";
import type { Guards } from "./auth/guards.js";
import type { SiloConfig } from "./config.js";
import type { GraphCache } from "./dag/graph-cache.js";

/** What the routes of the dialect share. */
export interface SiloContext {
  readonly core: CoreClients;
  readonly config: SiloConfig;
  /** Who may call. */
  readonly guards: Guards;
  /** Graphs that were asked about lately. */
  readonly graphs: GraphCache;
  /** Fires when the gateway ends. */
  readonly stopping: AbortSignal;
}

/** The job that the path names, in the lower case that the core writes. */
export function jobIdOf(request: FastifyRequest): string {
  return (request.params as { jobID: string }).jobID.toLowerCase();
}

/** The runner that the path names, in the same way. */
export function runnerIdOf(request: FastifyRequest): string {
  return (request.params as { id: string }).id.toLowerCase();
}
