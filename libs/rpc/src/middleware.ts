import type { DescMethod, Message } from "@bufbuild/protobuf";
import type { HandlerContext } from "@connectrpc/connect";

/** One call as a middleware sees it, whatever its kind. */
export interface RpcCall {
  /** The method; `method.parent` is its service, `method.methodKind` its kind. */
  readonly method: DescMethod;
  /** The context that the next step and in the end the handler will get. */
  readonly context: HandlerContext;
  /** The request of a unary or server-streaming call; undefined where requests come as a stream. */
  readonly request: Message | undefined;
}

/**
 * Runs the rest of the call. Settles when the call has ended: the response is there, the stream has been read to its
 * end, or the peer has gone (then it rejects with the reason). A context given here replaces the present one for the
 * steps behind; make it by {@link deriveContext}.
 */
export type RpcNext = (context?: HandlerContext) => Promise<void>;

/**
 * A step around every handler, of all four kinds and on every mount. The first of a list is the outermost. It may
 * throw before `next` to refuse the call, measure around it, and throw another error than the one it caught.
 * It must either await `next()` or throw.
 */
export type RpcMiddleware = (call: RpcCall, next: RpcNext) => Promise<void>;

/** Runs a call through the list, with `handler` in the middle. */
export function runMiddleware(
  middleware: readonly RpcMiddleware[],
  call: RpcCall,
  handler: (context: HandlerContext) => Promise<void>,
): Promise<void> {
  const dispatch = (index: number, context: HandlerContext): Promise<void> => {
    const step = middleware[index];
    if (step === undefined) return handler(context);
    const seen = context === call.context ? call : { ...call, context };
    return step(seen, (replaced = context) => dispatch(index + 1, replaced));
  };
  return dispatch(0, call.context);
}
