import type {
  DescMessage,
  DescMethod,
  DescMethodStreaming,
  DescMethodUnary,
  DescService,
  Message,
} from "@bufbuild/protobuf";
import type { HandlerContext, Transport } from "@connectrpc/connect";
import { TokenService } from "@switchyard/proto/switchyard/auth/v1/token_service_pb";
import { ArtifactService } from "@switchyard/proto/switchyard/catalog/v1/artifact_service_pb";
import { CatalogService } from "@switchyard/proto/switchyard/catalog/v1/catalog_service_pb";
import { LogService } from "@switchyard/proto/switchyard/log/v1/log_service_pb";
import { FleetService } from "@switchyard/proto/switchyard/runner/v1/fleet_service_pb";
import { RunnerService } from "@switchyard/proto/switchyard/runner/v1/runner_service_pb";
import { JobService } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import { QueueService } from "@switchyard/proto/switchyard/scheduler/v1/queue_service_pb";
import { route, type ServiceRoute } from "@switchyard/rpc";
import type { CoreTransports } from "../core/clients.js";

/**
 * Makes routes that pass every call on to the core. The services that only the core's own parts call are left out.
 *
 * @param transports must add no credential of their own: a call is made with its caller's token, or with none
 */
export function createProxyRoutes(transports: CoreTransports): ServiceRoute[] {
  return [
    proxyRoute(JobService, transports.scheduler),
    proxyRoute(QueueService, transports.scheduler),
    proxyRoute(RunnerService, transports.runnerGateway),
    proxyRoute(FleetService, transports.runnerGateway),
    proxyRoute(TokenService, transports.runnerGateway),
    proxyRoute(LogService, transports.logStore),
    proxyRoute(CatalogService, transports.catalog),
    proxyRoute(ArtifactService, transports.catalog),
  ];
}

/** Passes the calls of one service on, with the caller's deadline, token and trace; answers, streams and errors come back as they are. */
export function proxyRoute(service: DescService, transport: Transport): ServiceRoute {
  const forward: Record<string, unknown> = {};
  for (const method of service.methods) {
    const call = method.methodKind === "unary" ? unary(transport, method) : streaming(transport, method);
    forward[method.localName] = call;
  }
  return route(service, forward as ServiceRoute["implementation"]);
}

// `x-request-id` and `traceparent` join the logs and traces of both sides.
const forwarded = ["authorization", "traceparent", "tracestate", "x-request-id"];

function headersFor({ requestHeader }: HandlerContext): Headers {
  const headers = new Headers();
  for (const name of forwarded) {
    const value = requestHeader.get(name);
    if (value !== null) headers.set(name, value);
  }
  return headers;
}

function unary(transport: Transport, method: DescMethod) {
  return async (request: Message, context: HandlerContext): Promise<Message> => {
    const response = await transport.unary(
      method as DescMethodUnary,
      context.signal,
      context.timeoutMs(),
      headersFor(context),
      request,
    );
    return response.message;
  };
}

function streaming(transport: Transport, desc: DescMethod) {
  const method = desc as DescMethodStreaming;
  const open = async function* (
    input: Message | AsyncIterable<Message>,
    context: HandlerContext,
  ): AsyncGenerator<Message> {
    const requests =
      method.methodKind === "server_streaming" ? single(input as Message) : (input as AsyncIterable<Message>);
    // Aborted when the caller leaves early: the core's handler would go on producing for nobody.
    const reader = new AbortController();
    const signal = AbortSignal.any([context.signal, reader.signal]);
    try {
      const timeoutMs = context.timeoutMs();
      const response = await transport.stream<DescMessage, DescMessage>(
        method,
        signal,
        timeoutMs,
        headersFor(context),
        requests,
      );
      yield* response.message;
    } finally {
      reader.abort();
    }
  };
  if (method.methodKind !== "client_streaming") return open;
  return async (requests: AsyncIterable<Message>, context: HandlerContext): Promise<Message> => {
    for await (const message of open(requests, context)) return message;
    throw new Error(`${method.parent.typeName}.${method.name} ended without an answer`);
  };
}

async function* single(message: Message): AsyncGenerator<Message> {
  yield message;
}
