import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { type TlsMaterial, tlsVersion } from "@switchyard/rpc";
import type { Registry } from "prom-client";
import { splitHostPort } from "../config/fields.js";
import type { Readiness } from "../health/readiness.js";

/** What the operations listener serves. */
export interface OperationsServerOptions {
  readonly readiness: Readiness;
  readonly registry: Registry;
  /** Answers everything but `/livez`, `/readyz` and `/metrics`: the Connect handler. Unset: nothing else is there (404). */
  readonly rpc?: RequestListener | undefined;
  /** TLS 1.3 without a certificate of the client, since probes have none. Unset: plain text. */
  readonly tls?: TlsMaterial | undefined;
}

/** The HTTP/1.1 listener for probes, metrics, and RPC by people and browsers. */
export interface OperationsServer {
  /** Listens on `host:port`, port 0 for any free one, and returns the address that was bound. */
  listen(hostPort: string): Promise<string>;
  /** Answers what is in flight, asks clients to leave, and cuts what is left after `graceMs`. */
  stop(graceMs: number): Promise<void>;
}

/** Builds the operations listener. */
export function createOperationsServer({
  readiness,
  registry,
  rpc = notFound,
  tls,
}: OperationsServerOptions): OperationsServer {
  let draining = false;
  const handle = (request: IncomingMessage, response: ServerResponse) => {
    // A kept-alive connection would bring its next request to a server that has gone.
    if (draining) response.setHeader("connection", "close");
    const path = request.url?.split("?", 1)[0];
    if (path === "/livez") answer(response, 200, "alive\n");
    else if (path === "/readyz") answerReadiness(response, readiness);
    else if (path === "/metrics") answerMetrics(response, registry);
    else rpc(request, response);
  };
  const server = tls === undefined ? createServer(handle) : createRenewedServer(tls, handle);

  let stopped: Promise<void> | undefined;
  return {
    listen: (hostPort) => listen(server, hostPort),
    stop(graceMs) {
      draining = true;
      stopped ??= close(server, graceMs);
      return stopped;
    },
  };
}

const notFound: RequestListener = (_, response) => answer(response, 404, "not found\n");

function answerReadiness(response: ServerResponse, readiness: Readiness): void {
  if (readiness.ready) answer(response, 200, "ready\n");
  else answer(response, 503, `not ready: ${readiness.blockers.join(", ")}\n`);
}

function answerMetrics(response: ServerResponse, registry: Registry): void {
  registry.metrics().then(
    (metrics) => answer(response, 200, metrics, registry.contentType),
    (error: unknown) => answer(response, 500, `metrics cannot be collected: ${(error as Error).message}\n`),
  );
}

function answer(response: ServerResponse, status: number, body: string, type = "text/plain; charset=utf-8"): void {
  response.writeHead(status, { "content-type": type, "cache-control": "no-store" }).end(body);
}

function createRenewedServer(tls: TlsMaterial, handle: RequestListener): Server {
  const context = () => ({ cert: tls.cert, key: tls.key, minVersion: tlsVersion }) as const;
  const server = createTlsServer(context(), handle);
  server.once("close", tls.watch?.(() => server.setSecureContext(context())) ?? (() => undefined));
  return server;
}

function listen(server: Server, hostPort: string): Promise<string> {
  const address = splitHostPort(hostPort);
  if (address === undefined) return Promise.reject(new Error(`${hostPort} is not host:port`));
  return new Promise((resolve, reject) => {
    const fail = (error: Error) =>
      reject(new Error(`cannot listen on ${hostPort}: ${error.message}`, { cause: error }));
    server.once("error", fail);
    server.listen(address.port, address.host, () => {
      server.off("error", fail);
      const bound = server.address();
      const port = typeof bound === "object" && bound !== null ? bound.port : address.port;
      resolve(`${hostPort.slice(0, hostPort.lastIndexOf(":"))}:${port}`);
    });
  });
}

function close(server: Server, graceMs: number): Promise<void> {
  if (!server.listening) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(() => server.closeAllConnections(), graceMs);
    server.close(() => {
      clearTimeout(timer);
      resolve();
    });
    server.closeIdleConnections();
  });
}
