import grpc from "@grpc/grpc-js";

type NextCall = ConstructorParameters<typeof grpc.ServerInterceptingCall>[0];
type Listener = Parameters<NextCall["start"]>[0];

/**
 * Sends message and status of a single response together. grpc-js waits with the status until the message has left, so that
 * every answer would be two writes on the socket, and two reads for the client. Streams keep that wait: it is their flow control.
 */
export const answerInOneWrite: grpc.ServerInterceptor = (method, call) =>
  method.responseStream ? (call as grpc.ServerInterceptingCall) : new SingleAnswer(call);

class SingleAnswer extends grpc.ServerInterceptingCall {
  readonly #next: NextCall;

  constructor(next: NextCall) {
    super(next);
    this.#next = next;
  }

  // These three pass by the queues of the class, which are for interceptors that change what they pass on.

  override start(listener: Listener): void {
    this.#next.start(listener);
  }

  override sendMetadata(metadata: grpc.Metadata): void {
    this.#next.sendMetadata(metadata);
  }

  override sendStatus(status: Parameters<NextCall["sendStatus"]>[0]): void {
    this.#next.sendStatus(status);
  }

  /** A message that could not be written has sent a status of its own, which is the one that counts. */
  override sendMessage(message: unknown, callback: () => void): void {
    this.#next.sendMessage(message, ignore);
    callback();
  }
}

function ignore(): void {}
