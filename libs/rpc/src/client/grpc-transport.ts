import type { DescMessage, MessageInitShape } from "@bufbuild/protobuf";
import { createContextValues, type Interceptor, type Transport } from "@connectrpc/connect";
import { runStreamingCall, runUnaryCall } from "@connectrpc/connect/protocol";
import grpc from "@grpc/grpc-js";
import { defaultMaxMessageBytes, type Keepalive, keepaliveOptions } from "../keepalive.js";
import { completeMessage } from "../message-codec.js";
import type { HeaderInit } from "../metadata.js";
import type { ClientTls } from "../tls.js";
import { channelCredentials } from "./channel-credentials.js";
import { channelTargets } from "./channel-targets.js";
import { callStreaming, callUnary, type UnaryCall } from "./grpc-call.js";
import { tracedTransport } from "./traced-transport.js";

type MessageInit = MessageInitShape<DescMessage>;

/** Where a client connects and how. */
export interface GrpcTransportOptions {
  /**
   * `host:port`, or several that serve the same. Calls go round over the addresses that are not known to be down; a
   * name with several DNS records is spread over all of them (`dns:///name:port` re-resolves).
   */
  readonly address: string | readonly string[];
  /** TLS 1.3; renewed certificates are used for new connections. Unset: plain text. */
  readonly tls?: ClientTls | undefined;
  /** The name that the server's certificate must carry where `tls` names none. Unset: the host of the address. */
  readonly serverName?: string | undefined;
  /** Around every call, the last outermost, as in Connect. */
  readonly interceptors?: Interceptor[];
  readonly keepalive?: Keepalive;
  /** The largest message in bytes, either way. Default 4 MiB. */
  readonly maxMessageBytes?: number;
  /** The deadline of unary calls that name none, in milliseconds. Default: none. */
  readonly defaultTimeoutMs?: number;
  /**
   * Stay with one of the addresses, drawn by lot, for as long as it can be reached: for calls by which a server learns a state of its caller, which another
   * one would not know. Default: go round.
   */
  readonly stay?: boolean;
}

/** A transport that holds connections until it is closed. */
export interface ClosableTransport extends Transport {
  /** Ends the connections; calls in flight fail. */
  close(): void;
}

/** A transport that knows whether it is connected. */
export interface ConnectedTransport extends ClosableTransport {
  /** Whether a call would leave on a connection that stands. Begins to connect otherwise. */
  isConnected(): boolean;
}

/**
 * Makes a transport for Connect clients over grpc-js channels: half the cost a call of Connect's own gRPC transport, and
 * calls that a draining server refuses are repeated on another connection without the caller noticing.
 */
export function createGrpcTransport(options: GrpcTransportOptions): ConnectedTransport {
  const addresses = typeof options.address === "string" ? [options.address] : options.address;
  const targets = options.stay
    ? shuffled(addresses).flatMap((one) => channelTargets([one]))
    : channelTargets(addresses);
  const clients = targets.map(
    (address) => new grpc.Client(address, channelCredentials(options.tls), channelOptions(options)),
  );
  if (clients.length === 0) throw new Error("a gRPC transport needs at least one address");
  const pick = options.stay ? createStayingPicker(clients) : createPicker(clients);
  const interceptors = options.interceptors === undefined ? {} : { interceptors: options.interceptors };

  const transport = tracedTransport({
    unary(method, signal, timeoutMs = options.defaultTimeoutMs, header, message, contextValues) {
      const deadline = deadlineIn(timeoutMs);
      const call = { method, signal, header, message: message as MessageInit, deadline };
      if (options.interceptors === undefined) return callUnary(pick(), call) as never;
      return runUnaryCall({
        ...interceptors,
        ...timing(signal, timeoutMs),
        req: {
          stream: false,
          service: method.parent,
          method,
          message: completeMessage(method.input, call.message) as typeof message,
          ...requestOf(method, header, contextValues),
        },
        next: (request) => callUnary(pick(), { ...request, deadline } as UnaryCall) as never,
      });
    },
    stream(method, signal, timeoutMs, header, message, contextValues) {
      return runStreamingCall({
        ...interceptors,
        ...timing(signal, timeoutMs),
        req: { stream: true, service: method.parent, method, message, ...requestOf(method, header, contextValues) },
        next: (request) => callStreaming(pick(), request, deadlineIn(timeoutMs)) as never,
      });
    },
  });
  return {
    ...transport,
    isConnected: () => clients.some(isReady),
    close() {
      for (const client of clients) client.close();
    },
  };
}

function isReady(client: grpc.Client): boolean {
  const channel = client.getChannel();
  if (channel.getConnectivityState(false) === grpc.connectivityState.READY) return true;
  channel.getConnectivityState(true);
  return false;
}

/** Takes the clients in turn, connected ones first, then those that may become so. */
function createPicker(clients: readonly grpc.Client[]): () => grpc.Client {
  let turn = 0;
  const unlike = (...states: grpc.connectivityState[]) => {
    for (let tried = 0; tried < clients.length; tried++) {
      const client = clients[turn++ % clients.length] as grpc.Client;
      if (!states.includes(client.getChannel().getConnectivityState(true))) return client;
    }
    return undefined;
  };
  const { IDLE, CONNECTING, TRANSIENT_FAILURE } = grpc.connectivityState;
  if (clients.length === 1) return () => clients[0] as grpc.Client;
  return () =>
    unlike(IDLE, CONNECTING, TRANSIENT_FAILURE) ??
    unlike(TRANSIENT_FAILURE) ??
    (clients[turn++ % clients.length] as grpc.Client);
}

/** Takes the same client until it can't be reached; then the next that may be. */
function createStayingPicker(clients: readonly grpc.Client[]): () => grpc.Client {
  let at = 0;
  const isAway = (client: grpc.Client | undefined) =>
    client?.getChannel().getConnectivityState(true) === grpc.connectivityState.TRANSIENT_FAILURE;
  return () => {
    for (let tried = 1; tried < clients.length && isAway(clients[at]); tried++) at = (at + 1) % clients.length;
    return clients[at] as grpc.Client;
  };
}

function shuffled<T>(list: readonly T[]): T[] {
  const lots = list.map((value) => ({ value, lot: Math.random() }));
  return lots.sort((a, b) => a.lot - b.lot).map(({ value }) => value);
}

/**
 * A service that restarts is back within a second or two. gRPC's own waits (1 s, then 1.6 times as long up to 120 s) would make its clients the
 * slower part, and so would the 30 s for which it does not ask for a name's addresses again: on Kubernetes each restart is a new address.
 * With waits of up to 1 s, a submit waited 2.2 s for a scheduler that was back after 1.6 s.
 * Source of the names and the defaults: grpc-js, `channel-options.ts`, `backoff-timeout.ts` and `resolver-dns.ts`.
 */
const reconnectOptions = {
  "grpc.initial_reconnect_backoff_ms": 100,
  "grpc.max_reconnect_backoff_ms": 400,
  "grpc.dns_min_time_between_resolutions_ms": 1_000,
};

function channelOptions(options: GrpcTransportOptions): grpc.ChannelOptions {
  const maxMessageBytes = options.maxMessageBytes ?? defaultMaxMessageBytes;
  const serverName = options.tls === undefined ? undefined : (options.tls.serverName ?? options.serverName);
  return {
    "grpc.max_receive_message_length": maxMessageBytes,
    // Refused here, since a message far over the server's limit costs the whole connection instead of one call.
    "grpc.max_send_message_length": maxMessageBytes,
    // Nobody serves its statistics, which grpc-js would keep of every call.
    "grpc.enable_channelz": 0,
    "grpc.service_config": JSON.stringify({
      loadBalancingConfig: [options.stay ? { pick_first: { shuffleAddressList: true } } : { round_robin: {} }],
    }),
    ...(serverName === undefined ? {} : { "grpc.ssl_target_name_override": serverName }),
    ...keepaliveOptions(options.keepalive),
    ...reconnectOptions,
  };
}

function timing(signal: AbortSignal | undefined, timeoutMs: number | undefined) {
  return { ...(signal === undefined ? {} : { signal }), ...(timeoutMs === undefined ? {} : { timeoutMs }) };
}

function requestOf(
  method: { readonly parent: { readonly typeName: string }; readonly name: string },
  header: HeaderInit | undefined,
  contextValues: ReturnType<typeof createContextValues> | undefined,
) {
  return {
    requestMethod: "POST",
    url: `grpc:///${method.parent.typeName}/${method.name}`,
    header: new Headers(header),
    contextValues: contextValues ?? createContextValues(),
  };
}

function deadlineIn(timeoutMs: number | undefined): number {
  return timeoutMs === undefined ? Number.POSITIVE_INFINITY : Date.now() + timeoutMs;
}
