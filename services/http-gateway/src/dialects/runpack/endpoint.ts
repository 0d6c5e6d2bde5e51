import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { KeyClass } from "./config.js";
import type { RunpackContext } from "./context.js";
import { toRunpackError } from "./errors.js";
import { type RateLimit, takeTurn } from "./rate-limit.js";
import * as schemas from "./schemas.js";
import { type BodyRules, requestCheck } from "./validation.js";

/** One endpoint of the contract. */
export interface Endpoint {
  readonly method: "GET" | "POST" | "DELETE";
  readonly url: string;
  /** Whose keys open it; `public` needs none. */
  readonly access: KeyClass | "public";
  readonly limit?: RateLimit;
  /** What failed, in the contract's words, when it is nothing that the contract has other words for. */
  readonly operation: string;
  readonly schema: EndpointSchema;
  readonly body?: BodyRules;
  readonly handle: (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>;
}

/** What is checked, and what the OpenAPI document says. */
export interface EndpointSchema {
  readonly tags: readonly string[];
  readonly summary: string;
  readonly params?: object;
  readonly querystring?: object;
  readonly body?: object;
  readonly response: Readonly<Record<number, object>>;
}

/**
 * Adds an endpoint: key, then rate limit, both before the body is read; then the checks of the contract, then its handler,
 * whose faults are told with the operation that failed.
 */
export function addEndpoint(app: FastifyInstance, context: RunpackContext, endpoint: Endpoint): void {
  const { method, url, access, limit, operation, schema, body, handle } = endpoint;
  const denied = access === "public" ? {} : { 401: schemas.error };
  const response = { ...schema.response, ...denied, ...(limit === undefined ? {} : { 429: schemas.tooMany }) };
  app.route({
    method,
    url,
    schema: { ...schema, response },
    exposeHeadRoute: false,
    validatorCompiler: requestCheck(operation, body),
    onRequest: async (request) => {
      if (access !== "public") context.access.check(request, access);
      if (limit !== undefined) await takeTurn(context, request, limit);
    },
    handler: async (request, reply) => {
      try {
        return await handle(request, reply);
      } catch (error) {
        throw toRunpackError(error, operation);
      }
    },
  });
}

/** Sends an answer as JSON. */
export function sendJson(reply: FastifyReply, status: number, text: string): FastifyReply {
  return reply.code(status).type("application/json").send(text);
}
