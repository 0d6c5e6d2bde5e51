import type { DescMessage, Message } from "@bufbuild/protobuf";
import type { ConnectError } from "@connectrpc/connect";
import grpc from "@grpc/grpc-js";
import { SwitchyardError, toConnectError } from "@switchyard/errors";
import { bindRoutes } from "../bind-routes.js";
import { defaultMaxMessageBytes, type Keepalive, keepaliveOptions } from "../keepalive.js";
import type { RpcMiddleware } from "../middleware.js";
import type { ServiceRoute } from "../service-route.js";
import type { ServerTls } from "../tls.js";
import { createGrpcCalls } from "./grpc-calls.js";
import { createGrpcHandler } from "./grpc-handlers.js";
import { serverCredentials } from "./server-credentials.js";
import { methodDefinition } from "./service-definition.js";

/** What a gRPC server serves and how much it takes. */
export interface GrpcServerOptions {
  readonly routes: readonly ServiceRoute[];
  /** Around every handler, the first outermost. */
  readonly middleware?: readonly RpcMiddleware[];
  /** The largest request in bytes; a larger one is answered RESOURCE_EXHAUSTED. Default 4 MiB. */
  readonly maxMessageBytes?: number;
  /** Calls in flight per connection; clients queue what goes beyond. Default 100. */
  readonly maxStreamsPerConnection?: number;
  readonly keepalive?: Keepalive;
  /** TLS 1.3; renewed certificates are used for new connections. Unset: plain text. */
  readonly tls?: ServerTls | undefined;
}

/** A gRPC server over HTTP/2. */
export interface GrpcServer {
  /**
   * Listens on `host:port`, port 0 for any free one, and returns the address that was bound.
   *
   * @throws Error when the address is taken
   */
  listen(hostPort: string): Promise<string>;
  /**
   * Drains: new connections are refused, clients are told to go elsewhere, every handler's signal is aborted with
   * SHUTTING_DOWN so that long polls and tails end, and what is in flight may finish. Connections that are still
   * open after `graceMs` are cut. Resolves when the server has ended; a second call waits for the same end.
   */
  stop(graceMs: number): Promise<void>;
  /** Calls in flight. */
  readonly activeCalls: number;
}

/** Builds a gRPC server from routes; it takes calls once `listen` has returned. */
export function createGrpcServer(options: GrpcServerOptions): GrpcServer {
  const calls = createGrpcCalls();
  const maxMessageBytes = options.maxMessageBytes ?? defaultMaxMessageBytes;
  const server = new grpc.Server({
    "grpc.max_receive_message_length": maxMessageBytes,
    "grpc.max_concurrent_streams": options.maxStreamsPerConnection ?? 100,
    // Nobody serves its statistics, which grpc-js would keep of every call.
    "grpc.enable_channelz": 0,
    ...keepaliveOptions(options.keepalive),
  });
  // What a handler returned is written as it is: the codec takes what is left out for unset.
  const asReturned = (_: DescMessage, response: object) => response as Message;
  for (const spec of bindRoutes(options.routes, options.middleware, asReturned)) {
    const definition = methodDefinition(spec);
    const name = spec.method.localName;
    server.addService({ [name]: definition }, { [name]: createGrpcHandler(spec, calls) });
  }

  let stopped: Promise<void> | undefined;
  return {
    async listen(hostPort) {
      const port = await new Promise<number>((resolve, reject) => {
        server.bindAsync(hostPort, serverCredentials(options.tls), (error, bound) => {
          if (error === null) resolve(bound);
          else reject(new Error(`cannot listen on ${hostPort}: ${error.message}`, { cause: error }));
        });
      });
      return `${hostPort.slice(0, hostPort.lastIndexOf(":"))}:${port}`;
    },
    stop(graceMs) {
      stopped ??= drain(graceMs);
      return stopped;
    },
    get activeCalls() {
      return calls.size;
    },
  };

  function drain(graceMs: number): Promise<void> {
    calls.abortAll(shuttingDown());
    return new Promise<void>((resolve) => {
      const timer = setTimeout(() => {
        server.forceShutdown();
        // What waits for a shutdown in peace goes on to wait for peers whose sockets are half closed by now.
        resolve();
      }, graceMs);
      server.tryShutdown(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }
}

/** The error that ends what is still running when a server drains: Unavailable with reason SHUTTING_DOWN. */
export function shuttingDown(): ConnectError {
  return toConnectError(new SwitchyardError("SHUTTING_DOWN", "the server is shutting down"));
}
