import type { FastifyRequest } from "fastify";
import type { WorkerLogins } from "./worker-logins.js";

const callers = new WeakMap<FastifyRequest, string>();

/** Lets workers with an account through, before anything of the request is read. */
export function workerGuard(logins: WorkerLogins): (request: FastifyRequest) => Promise<void> {
  return async (request) => {
    callers.set(request, await logins.check(request.headers.authorization));
  };
}

/** The worker that calls, behind the guard. */
export function callerOf(request: FastifyRequest): string {
  const name = callers.get(request);
  if (name === undefined) throw new Error("the route has no guard for workers");
  return name;
}
