import type { DescMethod, DescMethodStreaming, DescMethodUnary } from "@bufbuild/protobuf";
import { Code, ConnectError, type Transport } from "@connectrpc/connect";
import { fromConnectError } from "@switchyard/errors";

/** How a call ended. */
export interface Ended {
  /** `OK` or the name of the status. */
  readonly code: string;
  /** Empty when it was let through. */
  readonly reason: string;
  readonly message: string;
  /** The answer, or the first one of a stream, as the program has it. */
  readonly answer?: unknown;
}

/**
 * Calls any method by any transport, with or without a token, and says how that ended. A stream is left after its first message,
 * or when it has said nothing for `patienceMs`.
 */
export async function call(
  transport: Transport,
  method: DescMethod,
  request: object,
  authorization: string | undefined,
  patienceMs = 5_000,
): Promise<Ended> {
  const header = authorization === undefined ? undefined : { authorization };
  try {
    if (method.methodKind === "unary") {
      const { message } = await transport.unary(method as DescMethodUnary, undefined, 5_000, header, request as never);
      return { ...letThrough, answer: message };
    }
    return await firstOf(transport, method as DescMethodStreaming, request, header, patienceMs);
  } catch (error) {
    const { reason, message } = fromConnectError(error);
    return { code: Code[ConnectError.from(error).code] as string, reason, message };
  }
}

const letThrough: Ended = { code: "OK", reason: "", message: "" };

/** The first message of a stream; none when it says nothing for a while. */
async function firstOf(
  transport: Transport,
  method: DescMethodStreaming,
  request: object,
  header: Readonly<Record<string, string>> | undefined,
  patienceMs: number,
): Promise<Ended> {
  const leave = new AbortController();
  const timer = setTimeout(() => leave.abort(), patienceMs);
  try {
    const { message } = await transport.stream(method, leave.signal, undefined, header, once(request) as never);
    for await (const answer of message) return { ...letThrough, answer };
    return letThrough;
  } catch (error) {
    if (leave.signal.aborted) return letThrough;
    throw error;
  } finally {
    clearTimeout(timer);
    leave.abort();
  }
}

async function* once(request: object) {
  yield request;
}
