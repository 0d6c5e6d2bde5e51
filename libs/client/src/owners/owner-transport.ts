import type { StreamResponse, Transport } from "@connectrpc/connect";
import { systemClock } from "@switchyard/clock";
import type { ClosableTransport } from "@switchyard/rpc";
import { type CallSubject, subjectOfCall } from "./call-subject.js";
import { pointsElsewhere, wasNeverExecuted } from "./never-executed.js";
import { createOwnerConnections, type OwnerConnection, type OwnerConnectionsOptions } from "./owner-connections.js";
import type { OwnerDirectory } from "./owner-directory.js";

/** How a call reached the scheduler: at the owner of its shard, by any replica, or by any replica after the owner was not the right address. */
export type CallWay = "direct" | "any" | "repeated";

/** What {@link createOwnerTransport} needs. */
export interface OwnerTransportOptions extends OwnerConnectionsOptions {
  /** Reaches any replica. Stays open. */
  readonly seed: Transport;
  readonly directory: OwnerDirectory;
  /** Told of the way that each call takes. */
  readonly onCall?: (way: CallWay) => void;
}

/**
 * Makes a transport that calls the owner of a namespace's shard where it is known and connected, and any replica otherwise, which forwards: the second
 * hop is spared, and nothing hangs on it. With a scheduler whose replicas tell no address, all calls go as they would without this.
 *
 * A namespace is looked up when a call about it was answered, so that names which nobody may see, or which were mistyped, cost nothing.
 */
export function createOwnerTransport(options: OwnerTransportOptions): ClosableTransport {
  const { seed, directory, onCall = () => undefined, clock = systemClock } = options;
  const connections = createOwnerConnections(options);

  /** The connection to the owner, if it is known and stands. */
  function ownerOf(subject: CallSubject): OwnerConnection | undefined {
    const shard = typeof subject === "number" ? subject : directory.shardOf(subject);
    const address = shard === undefined ? undefined : directory.addressOf(shard);
    if (address === undefined || address === "") return undefined;
    return connections.find(address);
  }

  function isUnknown(subject: CallSubject | undefined): subject is string {
    if (typeof subject !== "string") return false;
    const shard = directory.shardOf(subject);
    return shard === undefined || directory.addressOf(shard) === undefined;
  }

  /** Judges the failure of a direct call; says whether it can be made again elsewhere at once. */
  function failed({ address }: OwnerConnection, subject: CallSubject, error: unknown, signal?: AbortSignal): boolean {
    if (!pointsElsewhere(error, signal)) return false;
    directory.forgetAddress(address);
    if (typeof subject === "string") directory.lookUp(subject);
    return wasNeverExecuted(error);
  }

  const unary: Transport["unary"] = async (method, signal, timeoutMs, header, input, values) => {
    const subject = subjectOfCall(method, input);
    const owner = subject === undefined ? undefined : ownerOf(subject);
    if (subject === undefined || owner === undefined) {
      onCall("any");
      const response = await seed.unary(method, signal, timeoutMs, header, input, values);
      if (isUnknown(subject)) directory.lookUp(subject);
      return response;
    }
    const begunMs = clock.monotonicMs();
    owner.calls++;
    try {
      onCall("direct");
      return await owner.transport.unary(method, signal, timeoutMs, header, input, values);
    } catch (error) {
      if (!failed(owner, subject, error, signal)) throw error;
      onCall("repeated");
      const leftMs = timeoutMs === undefined ? undefined : Math.max(1, timeoutMs - (clock.monotonicMs() - begunMs));
      return await seed.unary(method, signal, leftMs, header, input, values);
    } finally {
      owner.calls--;
    }
  };

  const stream: Transport["stream"] = async (method, signal, timeoutMs, header, input, values) => {
    const through = (transport: Transport, messages: typeof input) =>
      transport.stream(method, signal, timeoutMs, header, messages, values);
    // A stream of requests cannot be looked into without being begun, and none of the scheduler's has one.
    if (method.methodKind !== "server_streaming") return through(seed, input);
    const requests = await requestOf(input);
    const subject = requests[0] === undefined ? undefined : subjectOfCall(method, requests[0]);
    const again = () => each(requests);
    const owner = subject === undefined ? undefined : ownerOf(subject);
    if (subject === undefined || owner === undefined) {
      onCall("any");
      const response = await through(seed, again());
      if (isUnknown(subject)) directory.lookUp(subject);
      return response;
    }
    owner.calls++;
    onCall("direct");
    let response: Awaited<ReturnType<typeof through>>;
    try {
      response = await through(owner.transport, again());
    } catch (error) {
      owner.calls--;
      if (!failed(owner, subject, error, signal)) throw error;
      onCall("repeated");
      return through(seed, again());
    }
    const message = readOn(response.message, {
      mayRepeat: (error) => failed(owner, subject, error, signal),
      repeat: async () => {
        onCall("repeated");
        return (await through(seed, again())).message as AsyncIterable<unknown>;
      },
      onEnd: whenOver(signal, () => {
        owner.calls--;
      }),
    });
    return { ...response, message } as StreamResponse as typeof response;
  };

  return { unary, stream, close: () => connections.close() };
}

/** Calls back once: when called, or when the signal fires, by which alone a reader that leaves may say so. */
function whenOver(signal: AbortSignal | undefined, over: () => void): () => void {
  let isOver = false;
  const end = () => {
    if (isOver) return;
    isOver = true;
    signal?.removeEventListener("abort", end);
    over();
  };
  if (signal?.aborted) end();
  else signal?.addEventListener("abort", end, { once: true });
  return end;
}

/** What becomes of a stream that is read. */
interface StreamFate {
  /** Judges a failure: whether the call may be made again. */
  readonly mayRepeat: (error: unknown) => boolean;
  readonly repeat: () => Promise<AsyncIterable<unknown>>;
  /** The stream was read to its end, failed, or was left. */
  readonly onEnd: () => void;
}

/** Reads a stream. One that failed before its first message is begun anew where that is safe. */
async function* readOn(messages: AsyncIterable<unknown>, fate: StreamFate): AsyncGenerator<unknown> {
  let hasBegun = false;
  try {
    for await (const message of messages) {
      hasBegun = true;
      yield message;
    }
    return;
  } catch (error) {
    if (!fate.mayRepeat(error) || hasBegun) throw error;
  } finally {
    fate.onEnd();
  }
  yield* await fate.repeat();
}

/** The one request of a call that is answered with a stream; none of a caller that sent none. */
async function requestOf<T>(messages: AsyncIterable<T>): Promise<readonly T[]> {
  for await (const message of messages) return [message];
  return [];
}

async function* each<T>(messages: readonly T[]): AsyncGenerator<T> {
  yield* messages;
}
