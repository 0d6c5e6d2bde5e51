import type { Interceptor, Transport } from "@connectrpc/connect";
import type { ServiceName } from "@switchyard/client";
import { type ClosableTransport, createGrpcTransport } from "@switchyard/rpc";
import { addressOf, type Addresses } from "../settings/addresses.js";
import type { TlsSettings } from "../settings/tls.js";

/** Connections to all services. */
export interface Connections {
  readonly transports: Readonly<Record<ServiceName, Transport>>;
  close(): void;
}

/**
 * Makes a connection for each distinct address. Every call carries the request id, under which the services log it: whoever reports
 * a failure has what its operators look for.
 */
export function openConnections(addresses: Addresses, tls: TlsSettings | undefined, requestId: string): Connections {
  const interceptors = [namedRequests(requestId)];
  const opened = new Map<string, ClosableTransport>();
  const open = (name: ServiceName): Transport => {
    const address = addressOf(addresses, name);
    const known = opened.get(address);
    if (known !== undefined) return known;
    const transport = createGrpcTransport({ address, interceptors, ...(tls === undefined ? {} : { tls }) });
    opened.set(address, transport);
    return transport;
  };
  return {
    transports: {
      scheduler: open("scheduler"),
      runnerGateway: open("runnerGateway"),
      logStore: open("logStore"),
      catalog: open("catalog"),
    },
    close() {
      for (const transport of opened.values()) transport.close();
    },
  };
}

function namedRequests(requestId: string): Interceptor {
  return (next) => (request) => {
    request.header.set("x-request-id", requestId);
    return next(request);
  };
}
