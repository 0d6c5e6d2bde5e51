import type { Message } from "@bufbuild/protobuf";
import { Code, ConnectError, type MethodImplSpec } from "@connectrpc/connect";
import type { CallContext } from "../call-context.js";
import { untilAborted } from "../until-aborted.js";
import { createHandoff } from "./handoff.js";

type AnyImpl = (request: unknown, context: CallContext) => AsyncIterable<Message> | Promise<Message>;

/**
 * Runs a streaming handler in memory. It starts at once and runs at most a few messages ahead of its reader; when the
 * caller's signal aborts, handler and reader end at once, whatever either is waiting for.
 */
export function streamInMemory(
  spec: MethodImplSpec,
  requests: AsyncIterable<Message>,
  context: CallContext,
  signal: AbortSignal,
  asReceived: (error: unknown) => ConnectError,
  close: () => void,
): AsyncIterable<Message> {
  const handoff = createHandoff<Message>();
  const onAbort = () => {
    const error = ConnectError.from(signal.reason, Code.Canceled);
    context.abort(error);
    handoff.abort(error);
  };
  if (signal.aborted) onAbort();
  else signal.addEventListener("abort", onAbort, { once: true });

  const impl = spec.impl as AnyImpl;
  const pump = async () => {
    const input = spec.kind === "server_streaming" ? await single(requests) : withAbort(requests, signal);
    const output = impl(input, context);
    if (Symbol.asyncIterator in output) {
      for await (const message of output) {
        if (!(await handoff.put(message))) return;
      }
    } else await handoff.put(await output);
  };
  pump()
    .then(
      () => handoff.end(undefined),
      (error: unknown) => handoff.end({ error: asReceived(error) }),
    )
    .finally(() => {
      signal.removeEventListener("abort", onAbort);
      close();
    });
  return handoff;
}

/** The one request of a server-streaming call. */
async function single(requests: AsyncIterable<Message>): Promise<Message> {
  for await (const request of requests) return request;
  throw new ConnectError("protocol error: missing input message", Code.Unimplemented);
}

/** The caller's requests; a handler that waits for the next one is woken by the signal. */
function withAbort(requests: AsyncIterable<Message>, signal: AbortSignal): AsyncIterable<Message> {
  return {
    [Symbol.asyncIterator]() {
      const iterator = requests[Symbol.asyncIterator]();
      return {
        next: () => untilAborted(iterator.next(), signal),
        return: async () => {
          await iterator.return?.();
          return { done: true, value: undefined };
        },
      };
    },
  };
}
