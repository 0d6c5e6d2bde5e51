import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Transport } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import {
  createConnectHandler,
  createGrpcServer,
  createGrpcTransport,
  createInMemoryTransport,
  type RpcMiddleware,
  type ServiceRoute,
  shuttingDown,
} from "@switchyard/rpc";

/** Routes that are being served, with a transport that reaches them. */
export interface Mount {
  readonly transport: Transport;
  /** Aborts the handlers as a draining server does, without ending the mount. */
  readonly shutdown: () => void;
  readonly close: () => Promise<void>;
}

/** Mounts routes in one of the ways. */
export type MountFn = (routes: readonly ServiceRoute[], middleware?: readonly RpcMiddleware[]) => Promise<Mount>;

const onGrpc: MountFn = async (routes, middleware = []) => {
  const server = createGrpcServer({ routes, middleware });
  const address = await server.listen("127.0.0.1:0");
  const transport = createGrpcTransport({ address });
  return {
    transport,
    shutdown: () => void server.stop(5000),
    close: async () => {
      transport.close();
      await server.stop(0);
    },
  };
};

const onHttp: MountFn = async (routes, middleware = []) => {
  const shutdown = new AbortController();
  const server = createServer(createConnectHandler({ routes, middleware, shutdownSignal: shutdown.signal }));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    transport: createConnectTransport({ baseUrl: `http://127.0.0.1:${port}`, httpVersion: "1.1" }),
    shutdown: () => shutdown.abort(shuttingDown()),
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
};

const inMemory: MountFn = async (routes, middleware = []) => {
  const shutdown = new AbortController();
  return {
    transport: createInMemoryTransport({ routes, middleware, shutdownSignal: shutdown.signal }),
    shutdown: () => shutdown.abort(shuttingDown()),
    close: async () => undefined,
  };
};

/** Every way, by name. */
export const mounts: readonly (readonly [string, MountFn])[] = [
  ["grpc", onGrpc],
  ["connect over HTTP/1.1", onHttp],
  ["in memory", inMemory],
];
