import type { DescMessage, DescMethod, Message, MessageInitShape } from "@bufbuild/protobuf";
import { createMethodImplSpec, type HandlerContext, type MethodImpl, type MethodImplSpec } from "@connectrpc/connect";
import { SwitchyardError, toConnectError } from "@switchyard/errors";
import { createDeferred } from "./deferred.js";
import { completeMessage } from "./message-codec.js";
import { type RpcCall, type RpcMiddleware, runMiddleware } from "./middleware.js";
import type { ServiceRoute } from "./service-route.js";

type MessageInit = MessageInitShape<DescMessage>;
type Unary = (request: unknown, context: HandlerContext) => unknown;
type Streaming = (request: unknown, context: HandlerContext) => AsyncIterable<MessageInit>;

/** Makes what a mount hands on of what a handler returned. */
type Finish = (desc: DescMessage, response: MessageInit) => Message;

/**
 * Makes the methods of all routes ready to be mounted: middleware applied, responses completed to full messages, every
 * error turned into a `ConnectError` that hides what nobody expected. All mounts serve these same functions, so
 * a call behaves alike on each.
 *
 * @param finish what becomes of responses. Default: full messages; a mount that only writes them needs none
 * @throws Error when two routes serve the same method
 */
export function bindRoutes(
  routes: readonly ServiceRoute[],
  middleware: readonly RpcMiddleware[] = [],
  finish: Finish = completeMessage,
): readonly MethodImplSpec[] {
  const bound = new Map<string, MethodImplSpec>();
  for (const { service, implementation } of routes) {
    for (const method of service.methods) {
      const name = `${service.typeName}/${method.name}`;
      if (bound.has(name)) throw new Error(`two routes serve ${name}`);
      const handler = implementation[method.localName] as
        | ((request: never, context: HandlerContext) => unknown)
        | undefined;
      bound.set(name, bindMethod(method, handler?.bind(implementation) as Unary | undefined, middleware, finish));
    }
  }
  return [...bound.values()];
}

function bindMethod(
  method: DescMethod,
  handler: Unary | undefined,
  middleware: readonly RpcMiddleware[],
  finish: Finish,
): MethodImplSpec {
  const respondsOnce = method.methodKind === "unary" || method.methodKind === "client_streaming";
  const served = handler ?? unimplemented(method);
  const impl = respondsOnce
    ? bindSingle(method, served, middleware, finish)
    : bindStreaming(method, served as Streaming, middleware, finish);
  return createMethodImplSpec(method, impl as MethodImpl<DescMethod>) as MethodImplSpec;
}

function unimplemented(method: DescMethod): Unary {
  return () => {
    throw new SwitchyardError("UNIMPLEMENTED", `${method.parent.typeName}.${method.name} is not served here`);
  };
}

function bindSingle(method: DescMethod, handler: Unary, middleware: readonly RpcMiddleware[], finish: Finish) {
  return async (request: unknown, context: HandlerContext): Promise<Message> => {
    try {
      let response: Message | undefined;
      await runMiddleware(middleware, callOf(method, context, request), async (inner) => {
        response = finish(method.output, (await handler(request, inner)) as MessageInit);
      });
      if (response === undefined) throw new Error("a middleware neither awaited next() nor threw");
      return response;
    } catch (error) {
      throw toConnectError(error, context.signal);
    }
  };
}

function bindStreaming(method: DescMethod, handler: Streaming, middleware: readonly RpcMiddleware[], finish: Finish) {
  return async function* (request: unknown, context: HandlerContext): AsyncGenerator<Message> {
    try {
      const finished = (response: MessageInit) => finish(method.output, response);
      yield* throughMiddleware(finished, callOf(method, context, request), middleware, (inner) =>
        handler(request, inner),
      );
    } catch (error) {
      throw toConnectError(error, context.signal);
    }
  };
}

/**
 * Reads the handler's stream while the middleware waits around it: `next()` of the innermost step settles when the
 * stream ends, fails, or is left by its consumer.
 */
async function* throughMiddleware(
  finish: (response: MessageInit) => Message,
  call: RpcCall,
  middleware: readonly RpcMiddleware[],
  open: (context: HandlerContext) => AsyncIterable<MessageInit>,
): AsyncGenerator<Message> {
  const opened = createDeferred<AsyncIterator<MessageInit>>();
  const ended = createDeferred<void>();
  const chain = runMiddleware(middleware, call, async (inner) => {
    opened.resolve(open(inner)[Symbol.asyncIterator]());
    await ended.promise;
  });
  chain.then(
    () => opened.reject(new Error("a middleware neither awaited next() nor threw")),
    (error: unknown) => opened.reject(error),
  );
  const messages = await opened.promise;
  let over = false;
  try {
    for (;;) {
      const result = await messages.next();
      if (result.done === true) break;
      yield finish(result.value);
    }
    over = true;
    ended.resolve();
    await chain;
  } catch (error) {
    over = true;
    ended.reject(error);
    await chain;
  } finally {
    if (!over) {
      await messages.return?.();
      ended.reject(call.context.signal.aborted ? call.context.signal.reason : new SwitchyardError("CANCELLED"));
      await chain.catch(() => undefined);
    }
  }
}

function callOf(method: DescMethod, context: HandlerContext, request: unknown): RpcCall {
  const single = method.methodKind === "unary" || method.methodKind === "server_streaming";
  return { method, context, request: single ? (request as Message) : undefined };
}
