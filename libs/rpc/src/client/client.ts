import type { DescService } from "@bufbuild/protobuf";
import {
  type CallOptions,
  type Client,
  Code,
  ConnectError,
  createClient as createConnectClient,
  makeAnyClient,
  type Transport,
} from "@connectrpc/connect";

type StreamingFn = (request: unknown, options?: CallOptions) => AsyncIterable<unknown>;

/**
 * Makes a promise client for a service, as Connect's function of the same name does, with one difference: leaving the loop
 * over a response stream (`break`, `return`, a throw) cancels the call. Connect's own client drops that on purpose, and the
 * server's handler would hang on flow control until the connection ends.
 */
export function createClient<T extends DescService>(service: T, transport: Transport): Client<T> {
  const client = createConnectClient(service, transport) as Record<string, unknown>;
  return makeAnyClient(service, (method) => {
    const call = client[method.localName] as StreamingFn;
    if (method.methodKind === "unary" || method.methodKind === "client_streaming") return call;
    return (request: unknown, options?: CallOptions) => cancelWhenLeft(call, request, options);
  }) as Client<T>;
}

function cancelWhenLeft(call: StreamingFn, request: unknown, options: CallOptions = {}): AsyncIterable<unknown> {
  const consumer = new AbortController();
  const outer = options.signal;
  const onOuterAbort = () => consumer.abort(outer?.reason);
  if (outer?.aborted) onOuterAbort();
  else outer?.addEventListener("abort", onOuterAbort, { once: true });
  const release = () => outer?.removeEventListener("abort", onOuterAbort);

  const messages = call(request, { ...options, signal: consumer.signal })[Symbol.asyncIterator]();
  return {
    [Symbol.asyncIterator]: () => ({
      async next() {
        try {
          const result = await messages.next();
          if (result.done === true) release();
          return result;
        } catch (error) {
          release();
          throw error;
        }
      },
      async return() {
        release();
        consumer.abort(new ConnectError("the reader left the stream", Code.Canceled));
        return { done: true, value: undefined };
      },
    }),
  };
}
