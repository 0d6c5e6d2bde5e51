import { cors } from "@connectrpc/connect";
import { createConnectHandler, type RpcMiddleware, type ServiceRoute } from "@switchyard/rpc";
import type { FastifyInstance } from "fastify";
import { allowOrigins } from "../http/cors.js";

/** What is served under `/rpc`. */
export interface RpcMount {
  readonly routes: readonly ServiceRoute[];
  /** Around every handler; authorisation, where the routes have none of their own behind them. */
  readonly middleware?: readonly RpcMiddleware[];
  /** Ends streams and held calls. */
  readonly shutdownSignal: AbortSignal;
  /** Origins whose pages may call. */
  readonly origins: readonly string[];
}

/** Serves the core's services under `/rpc/<package>.<Service>/<Method>`: the Connect protocol, JSON included. */
export function mountRpc(app: FastifyInstance, mount: RpcMount): void {
  const { origins, ...served } = mount;
  const handle = createConnectHandler({ ...served, prefix: "/rpc" });
  const mounted = async (scope: FastifyInstance) => {
    await allowOrigins(scope, origins, cors.exposedHeaders);
    // Bodies are the Connect handler's, bytes untouched.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser("*", (_request, _payload, done) => done(null));
    scope.all("/*", (request, reply) => {
      // The handler knows the raw answer alone.
      for (const [name, value] of Object.entries(reply.getHeaders())) {
        if (value !== undefined) reply.raw.setHeader(name, value);
      }
      reply.hijack();
      handle(request.raw, reply.raw);
    });
  };
  app.register(mounted, { prefix: "/rpc" });
}
