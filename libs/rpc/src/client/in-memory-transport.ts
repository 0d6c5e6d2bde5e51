import type { DescMessage, DescMethod, Message, MessageInitShape } from "@bufbuild/protobuf";
import {
  Code,
  ConnectError,
  createContextValues,
  type Interceptor,
  type MethodImplSpec,
  type StreamResponse,
  type Transport,
  type UnaryResponse,
} from "@connectrpc/connect";
import { runStreamingCall, runUnaryCall } from "@connectrpc/connect/protocol";
import { type Clock, systemClock } from "@switchyard/clock";
import { SwitchyardError, toConnectError } from "@switchyard/errors";
import { bindRoutes } from "../bind-routes.js";
import { CallContext, deadlineExceeded, type RequestHeaders } from "../call-context.js";
import { completeMessage } from "../message-codec.js";
import type { HeaderInit } from "../metadata.js";
import type { RpcMiddleware } from "../middleware.js";
import type { ServiceRoute } from "../service-route.js";
import { streamInMemory } from "./in-memory-stream.js";
import { tracedTransport } from "./traced-transport.js";

/** What an in-memory transport calls. */
export interface InMemoryTransportOptions {
  readonly routes: readonly ServiceRoute[];
  /** Around every handler, the first outermost. */
  readonly middleware?: readonly RpcMiddleware[];
  /** Around every call on the client's side, the last outermost, as in Connect. */
  readonly interceptors?: Interceptor[];
  /** The deadline of unary calls that name none, in milliseconds. Default: none. */
  readonly defaultTimeoutMs?: number;
  /** Default: the machine's. */
  readonly clock?: Clock;
  /** Aborts every handler's signal; abort it with {@link shuttingDown}. */
  readonly shutdownSignal?: AbortSignal;
}

/**
 * Makes a transport that calls the handlers directly, in the same process and without serialising: the hop between the
 * services of the all-in-one. Deadlines, aborts, headers, streams and errors are as over the wire. Two things are not: the
 * message size has no limit, and nested messages and bytes are shared, so neither side may change what it has handed over.
 */
export function createInMemoryTransport(options: InMemoryTransportOptions): Transport {
  const { clock = systemClock } = options;
  const served = new Map<string, MethodImplSpec>();
  // Looked up by itself first; a client may have another copy of its description.
  const known = new Map<DescMethod, MethodImplSpec>();
  for (const spec of bindRoutes(options.routes, options.middleware)) {
    served.set(nameOf(spec.method), spec);
    known.set(spec.method, spec);
  }
  const running = new Set<CallContext>();
  options.shutdownSignal?.addEventListener("abort", () => {
    for (const context of running) context.abort(options.shutdownSignal?.reason);
  });

  const find = (method: DescMethod): MethodImplSpec => {
    const spec = known.get(method) ?? served.get(nameOf(method));
    if (spec !== undefined) return spec;
    throw toConnectError(new SwitchyardError("UNIMPLEMENTED", `${nameOf(method)} is not served here`));
  };
  const open = (method: DescMethod, timeoutMs: number | undefined, header: HeaderInit | undefined): CallContext => {
    const context = new CallContext({
      method,
      protocolName: "memory",
      deadline: timeoutMs === undefined ? undefined : clock.wallMs() + timeoutMs,
      watchesDeadline: false,
      clock,
      headers: header === undefined ? noHeaders : new GivenHeaders(header),
    });
    running.add(context);
    if (options.shutdownSignal?.aborted) context.abort(options.shutdownSignal.reason);
    return context;
  };
  const close = (context: CallContext) => {
    running.delete(context);
    context.close();
  };

  async function callUnary(
    method: DescMethod,
    signal: AbortSignal | undefined,
    timeoutMs: number | undefined,
    header: HeaderInit | undefined,
    input: MessageInitShape<DescMessage>,
  ): Promise<UnaryResponse> {
    const spec = find(method);
    if (signal?.aborted) throw abortError(signal);
    const context = open(method, timeoutMs, header);
    try {
      const request = completeMessage(method.input, input);
      const pending = (spec.impl as unknown as (request: Message, context: CallContext) => Promise<Message>)(
        request,
        context,
      );
      const message = await answerOrAbort(pending, context, signal, timeoutMs, clock);
      return unaryResponse(method, context, message);
    } catch (error) {
      throw asReceived(error);
    } finally {
      close(context);
    }
  }

  return tracedTransport({
    unary(method, signal, timeoutMs = options.defaultTimeoutMs, header, input, contextValues) {
      if (options.interceptors === undefined) return callUnary(method, signal, timeoutMs, header, input) as never;
      return runUnaryCall({
        interceptors: options.interceptors,
        ...(signal === undefined ? {} : { signal }),
        ...(timeoutMs === undefined ? {} : { timeoutMs }),
        req: {
          stream: false,
          service: method.parent,
          method,
          message: completeMessage(method.input, input as MessageInitShape<DescMessage>) as typeof input,
          ...common(method, header, contextValues),
        },
        next: (request) => callUnary(method, request.signal, timeoutMs, request.header, request.message) as never,
      });
    },
    stream(method, signal, timeoutMs, header, input, contextValues) {
      return runStreamingCall({
        ...(options.interceptors === undefined ? {} : { interceptors: options.interceptors }),
        ...(signal === undefined ? {} : { signal }),
        ...(timeoutMs === undefined ? {} : { timeoutMs }),
        req: { stream: true, service: method.parent, method, message: input, ...common(method, header, contextValues) },
        next: async (request) => {
          const context = open(method, timeoutMs, request.header);
          const message = streamInMemory(find(method), request.message, context, request.signal, asReceived, () =>
            close(context),
          );
          const { responseHeader, responseTrailer } = context;
          const response = {
            stream: true,
            service: method.parent,
            method,
            header: responseHeader,
            trailer: responseTrailer,
            message,
          };
          return response as StreamResponse as never;
        },
      });
    },
  });
}

const noHeaders: RequestHeaders = { all: () => new Headers(), read: () => null };

/** The headers that a client gives along. */
class GivenHeaders implements RequestHeaders {
  readonly #init: HeaderInit;
  #headers: Headers | undefined;

  constructor(init: HeaderInit) {
    this.#init = init;
  }

  all(): Headers {
    this.#headers ??= new Headers(this.#init);
    return this.#headers;
  }

  read(name: string): string | null {
    return this.all().get(name);
  }
}

/** Settles with the handler's answer or, as a client over the wire would, at once when the call is given up. */
function answerOrAbort(
  pending: Promise<Message>,
  context: CallContext,
  signal: AbortSignal | undefined,
  timeoutMs: number | undefined,
  clock: Clock,
): Promise<Message> {
  if (signal === undefined && timeoutMs === undefined) return pending;
  return new Promise((resolve, reject) => {
    const giveUp = (error: ConnectError) => {
      context.abort(error);
      reject(error);
    };
    const onAbort = () => giveUp(abortError(signal as AbortSignal));
    const timer = timeoutMs === undefined ? undefined : clock.setTimeout(() => giveUp(deadlineExceeded()), timeoutMs);
    signal?.addEventListener("abort", onAbort, { once: true });
    const release = () => {
      clock.clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
    };
    pending.then(
      (message) => {
        release();
        resolve(message);
      },
      (error: unknown) => {
        release();
        reject(error);
      },
    );
  });
}

function unaryResponse(method: DescMethod, context: CallContext, message: Message): UnaryResponse {
  return {
    stream: false,
    service: method.parent,
    method: method as UnaryResponse["method"],
    message,
    get header() {
      return context.responseHeader;
    },
    get trailer() {
      return context.responseTrailer;
    },
  };
}

/** What a client would have got over the wire: no cause, and a stack of its own. */
function asReceived(error: unknown): ConnectError {
  const sent = toConnectError(error);
  const received = new ConnectError(sent.rawMessage, sent.code, sent.metadata);
  received.details = sent.details;
  return received;
}

function abortError(signal: AbortSignal): ConnectError {
  return ConnectError.from(signal.reason, Code.Canceled);
}

function nameOf(method: DescMethod): string {
  return `${method.parent.typeName}/${method.name}`;
}

function common(
  method: DescMethod,
  header: HeaderInit | undefined,
  contextValues: ReturnType<typeof createContextValues> | undefined,
) {
  return {
    requestMethod: "POST",
    url: `memory:///${nameOf(method)}`,
    header: new Headers(header),
    contextValues: contextValues ?? createContextValues(),
  };
}
