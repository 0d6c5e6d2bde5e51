import { setMaxListeners } from "node:events";
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { type ConnectNodeAdapterOptions, connectNodeAdapter } from "@connectrpc/connect-node";
import { bindRoutes } from "../bind-routes.js";
import { defaultMaxMessageBytes } from "../keepalive.js";
import type { RpcMiddleware } from "../middleware.js";
import type { ServiceRoute } from "../service-route.js";
import { letBodiesRunOff } from "./let-bodies-run-off.js";

/** What the HTTP/1.1 handler serves. */
export interface ConnectHandlerOptions {
  readonly routes: readonly ServiceRoute[];
  /** Around every handler, the first outermost. */
  readonly middleware?: readonly RpcMiddleware[];
  /** The largest request message in bytes. Default 4 MiB. */
  readonly readMaxBytes?: number;
  /** Aborts every handler's signal; abort it with {@link shuttingDown}. */
  readonly shutdownSignal?: AbortSignal;
  /** Path before `/package.Service/Method`, such as `/rpc`. Default none. */
  readonly prefix?: string;
  /** Answers what is not a call of a mounted method. Default: 404. */
  readonly fallback?: (request: IncomingMessage, response: ServerResponse) => void;
}

type NodeFallback = NonNullable<ConnectNodeAdapterOptions["fallback"]>;

/**
 * Makes a `node:http` listener that serves the routes over HTTP/1.1: the Connect protocol, JSON included, and gRPC-web.
 * Bidirectional streams work only half-duplex there.
 */
export function createConnectHandler(options: ConnectHandlerOptions): RequestListener {
  const specs = bindRoutes(options.routes, options.middleware);
  // Every call in flight listens to it, however many there are; Node takes more than ten for a leak.
  if (options.shutdownSignal) setMaxListeners(0, options.shutdownSignal);
  const handler = connectNodeAdapter({
    routes: (router) => {
      for (const spec of specs) router.rpc(spec.method, spec.impl);
    },
    grpc: false,
    readMaxBytes: options.readMaxBytes ?? defaultMaxMessageBytes,
    ...(options.shutdownSignal === undefined ? {} : { shutdownSignal: options.shutdownSignal }),
    ...(options.prefix === undefined ? {} : { requestPathPrefix: options.prefix }),
    ...(options.fallback === undefined ? {} : { fallback: options.fallback as NodeFallback }),
  });
  return letBodiesRunOff(handler as RequestListener);
}
