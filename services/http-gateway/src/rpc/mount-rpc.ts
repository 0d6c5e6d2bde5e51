import { createConnectHandler, type RpcMiddleware, type ServiceRoute } from "@switchyard/rpc";
import type { FastifyInstance } from "fastify";

/** What is served under `/rpc`. */
export interface RpcMount {
  readonly routes: readonly ServiceRoute[];
  /** Around every handler; authorisation, where the routes have none of their own behind them. */
  readonly middleware?: readonly RpcMiddleware[];
  /** Ends streams and held calls. */
  readonly shutdownSignal: AbortSignal;
}

/** Serves the core's services under `/rpc/<package>.<Service>/<Method>`: the Connect protocol, JSON included. */
export function mountRpc(app: FastifyInstance, mount: RpcMount): void {
  const handle = createConnectHandler({ ...mount, prefix: "/rpc" });
  app.register(async (scope) => {
    // Bodies are the Connect handler's, bytes untouched.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser("*", (_request, _payload, done) => done(null));
    scope.all("/rpc/*", (request, reply) => {
      reply.hijack();
      handle(request.raw, reply.raw);
    });
  });
}
