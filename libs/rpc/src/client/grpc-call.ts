import type {
  DescMessage,
  DescMethodStreaming,
  DescMethodUnary,
  DescService,
  Message,
  MessageInitShape,
} from "@bufbuild/protobuf";
import { Code, ConnectError, type StreamRequest, type StreamResponse, type UnaryResponse } from "@connectrpc/connect";
import grpc from "@grpc/grpc-js";
import { connectErrorFromStatus } from "../grpc-status.js";
import { deserializer, MalformedMessage, serializer } from "../message-codec.js";
import { createMessageReader } from "../message-reader.js";
import { writable } from "../message-writer.js";
import {
  copyMetadata,
  type HeaderInit,
  headersFromMetadata,
  metadataFromHeaders,
  metadataFromInit,
} from "../metadata.js";

/** What a unary call carries. */
export interface UnaryCall {
  readonly method: DescMethodUnary;
  /** The request, or what it is made from. */
  readonly message: MessageInitShape<DescMessage>;
  readonly header: HeaderInit | undefined;
  readonly signal: AbortSignal | undefined;
  /** The moment (`Date.now()`) at which the call must be over; infinite: none. */
  readonly deadline: number;
}

/**
 * Makes one unary call on the channel of a grpc-js client. It goes below the client's own calls, whose interceptors, events and stack traces cost a
 * third of a call and are not used here.
 */
export function callUnary(client: grpc.Client, request: UnaryCall): Promise<UnaryResponse> {
  const { method, signal } = request;
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(abortError(signal));
    const bytes = serializer(method.input)(request.message);
    const call = client.getChannel().createCall(pathOf(method), request.deadline, null, null, null);
    let header: grpc.Metadata | undefined;
    let received: Buffer | undefined;
    let isAborted = false;
    const onAbort = () => {
      isAborted = true;
      call.cancelWithStatus(grpc.status.CANCELLED, "the call was cancelled by its caller");
    };
    signal?.addEventListener("abort", onAbort, { once: true });
    call.start(metadataFromInit(request.header), {
      onReceiveMetadata(metadata) {
        header = metadata;
      },
      onReceiveMessage(message: Buffer) {
        if (received !== undefined) call.cancelWithStatus(grpc.status.UNIMPLEMENTED, "too many responses");
        received = message;
      },
      onReceiveStatus(status) {
        signal?.removeEventListener("abort", onAbort);
        if (isAborted) return reject(abortError(signal as AbortSignal));
        if (status.code !== grpc.status.OK) return reject(connectErrorFromStatus(status));
        if (received === undefined) return reject(new ConnectError("no message was received", Code.Unimplemented));
        const message = deserializer(method.output)(received);
        if (message instanceof MalformedMessage) return reject(malformed(message));
        resolve(new GrpcUnaryResponse(method, message, header, status.metadata));
      },
    });
    call.startRead();
    call.sendMessageWithContext({}, bytes);
    call.halfClose();
  });
}

/** A response whose headers are made when somebody asks for them. */
class GrpcUnaryResponse implements UnaryResponse {
  readonly stream = false;
  readonly method: DescMethodUnary;
  readonly message: Message;
  readonly #header: grpc.Metadata | undefined;
  readonly #trailer: grpc.Metadata;

  constructor(method: DescMethodUnary, message: Message, header: grpc.Metadata | undefined, trailer: grpc.Metadata) {
    this.method = method;
    this.message = message;
    this.#header = header;
    this.#trailer = trailer;
  }

  get service(): DescService {
    return this.method.parent;
  }

  get header(): Headers {
    return this.#header === undefined ? new Headers() : headersFromMetadata(this.#header);
  }

  get trailer(): Headers {
    return headersFromMetadata(this.#trailer);
  }
}

/** Makes one streaming call of any kind; resolves when the server has sent its headers or has ended the call. */
export function callStreaming(client: grpc.Client, request: StreamRequest, deadline: number): Promise<StreamResponse> {
  const { method, signal } = request;
  const header = new Headers();
  const trailer = new Headers();
  const ended = new AbortController();
  let sendError: unknown;
  const serialize = serializer(method.input) as (message: unknown) => Buffer;
  const call = client.makeBidiStreamRequest(
    pathOf(method),
    (message: unknown) => (message === givenUp ? noMessage : serialize(message)),
    deserializer(method.output),
    metadataFromHeaders(request.header),
    { deadline },
  );
  const message = createMessageReader(call, (raw) => {
    if (raw instanceof MalformedMessage) throw malformed(raw);
    return raw as Message;
  });
  const cancel = () => giveUp(call, method, ended.signal);
  if (signal.aborted) call.cancel();
  else signal.addEventListener("abort", cancel, { once: true });

  send(request.message, call, ended.signal).catch((error: unknown) => {
    sendError = error;
    cancel();
  });

  return new Promise((resolve) => {
    const answer = () => resolve({ stream: true, service: method.parent, method, header, trailer, message });
    call.on("metadata", (metadata: grpc.Metadata) => {
      copyMetadata(metadata, header);
      answer();
    });
    // Every failure comes as a status too; without a listener the event would end the process.
    call.on("error", () => undefined);
    call.on("status", (status: grpc.StatusObject) => {
      signal.removeEventListener("abort", cancel);
      copyMetadata(status.metadata, trailer);
      if (status.code === grpc.status.OK) message.finish(undefined);
      else message.finish({ error: sendError ?? connectErrorFromStatus(status) });
      ended.abort();
      answer();
    });
  });
}

/** Written in place of a message when a call is given up. */
const givenUp = Symbol("given up");
/** A field with the number 0, which is no message of any type. */
const noMessage = Buffer.from([0]);

/**
 * Cancels a call. Node's HTTP/2 mostly ends a stream in order just before it resets it, and a server that reads the end first takes half an upload
 * for a whole one. So what is no message goes first, and the reset when that is on its way.
 */
function giveUp(
  call: grpc.ClientDuplexStream<unknown, unknown>,
  { methodKind }: DescMethodStreaming,
  ended: AbortSignal,
): void {
  const mayLookWhole = methodKind === "client_streaming" && !call.writableEnded && !ended.aborted;
  if (!mayLookWhole) {
    call.cancel();
    return;
  }
  call.write(givenUp);
  setImmediate(() => call.cancel());
}

async function send(
  messages: AsyncIterable<Message>,
  call: grpc.ClientDuplexStream<unknown, unknown>,
  ended: AbortSignal,
): Promise<void> {
  for await (const message of messages) {
    if (ended.aborted) return;
    if (!call.write(message)) await writable(call, ended);
    if (ended.aborted) return;
  }
  call.end();
}

function pathOf(method: DescMethodUnary | DescMethodStreaming): string {
  return `/${method.parent.typeName}/${method.name}`;
}

/** The error of a call that its caller gave up. */
function abortError(signal: AbortSignal): ConnectError {
  return ConnectError.from(signal.reason, Code.Canceled);
}

function malformed(message: MalformedMessage): ConnectError {
  return new ConnectError("the response could not be decoded", Code.Internal, undefined, undefined, message.cause);
}
