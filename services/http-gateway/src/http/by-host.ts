import { createServer, type IncomingMessage, type Server } from "node:http";
import type { FastifyInstance, FastifyServerFactory } from "fastify";
import { hostNameOf } from "./host-name.js";

/** Servers that never listen themselves: by the host name, in lower case, under which another server passes requests on. */
export type HostedServers = ReadonlyMap<string, FastifyInstance>;

/** The server whose name a request's `Host` header has, if there is one. */
export function hostedServerOf(hosted: HostedServers, request: IncomingMessage): FastifyInstance | undefined {
  return hosted.get(hostNameOf(request.headers.host));
}

/**
 * Makes HTTP servers that give the requests for a hosted server's name to that one, and all others to their own. Requests
 * are told apart here, before any hook or route: nothing of one server reaches the other. The hosted ones have to be ready.
 */
export function serverByHost(hosted: HostedServers): FastifyServerFactory {
  return (own, options) => {
    const server: Server = createServer((request, response) => {
      const other = hostedServerOf(hosted, request);
      if (other === undefined) own(request, response);
      else other.routing(request, response);
    });
    // What the framework sets on the servers that it makes itself.
    const times = options as {
      readonly [Name in "keepAliveTimeout" | "requestTimeout" | "connectionTimeout"]?: number;
    };
    server.keepAliveTimeout = times.keepAliveTimeout ?? server.keepAliveTimeout;
    server.requestTimeout = times.requestTimeout ?? server.requestTimeout;
    server.setTimeout(times.connectionTimeout ?? 0);
    return server;
  };
}
