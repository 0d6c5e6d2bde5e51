import type { DescMethodStreaming, DescMethodUnary, Message } from "@bufbuild/protobuf";
import {
  Code,
  ConnectError,
  type StreamRequest,
  type StreamResponse,
  type UnaryRequest,
  type UnaryResponse,
} from "@connectrpc/connect";
import grpc from "@grpc/grpc-js";
import { connectErrorFromStatus } from "../grpc-status.js";
import { deserializer, MalformedMessage, serializer } from "../message-codec.js";
import { createMessageReader } from "../message-reader.js";
import { writable } from "../message-writer.js";
import { copyMetadata, metadataFromHeaders } from "../metadata.js";

/** Makes one unary call on a grpc-js client. */
export function callUnary(client: grpc.Client, request: UnaryRequest, deadline: number): Promise<UnaryResponse> {
  const { method, signal } = request;
  return new Promise((resolve, reject) => {
    const header = new Headers();
    const trailer = new Headers();
    const call = client.makeUnaryRequest(
      pathOf(method),
      serializer(method.input),
      deserializer(method.output),
      request.message,
      metadataFromHeaders(request.header),
      { deadline },
      (error, message) => {
        signal.removeEventListener("abort", cancel);
        if (error !== null) return reject(connectErrorFromStatus(error));
        if (message instanceof MalformedMessage) return reject(malformed(message));
        // grpc-js reports the status, and with it the trailers, right after this callback.
        queueMicrotask(() =>
          resolve({ stream: false, service: method.parent, method, header, trailer, message: message as Message }),
        );
      },
    );
    const cancel = () => call.cancel();
    if (signal.aborted) cancel();
    else signal.addEventListener("abort", cancel, { once: true });
    call.on("metadata", (metadata: grpc.Metadata) => copyMetadata(metadata, header));
    call.on("status", (status: grpc.StatusObject) => copyMetadata(status.metadata, trailer));
  });
}

/** Makes one streaming call of any kind; resolves when the server has sent its headers or has ended the call. */
export function callStreaming(client: grpc.Client, request: StreamRequest, deadline: number): Promise<StreamResponse> {
  const { method, signal } = request;
  const header = new Headers();
  const trailer = new Headers();
  const ended = new AbortController();
  let sendError: unknown;
  const call = client.makeBidiStreamRequest(
    pathOf(method),
    serializer(method.input) as (message: unknown) => Buffer,
    deserializer(method.output),
    metadataFromHeaders(request.header),
    { deadline },
  );
  const message = createMessageReader(call, (raw) => {
    if (raw instanceof MalformedMessage) throw malformed(raw);
    return raw as Message;
  });
  const cancel = () => call.cancel();
  if (signal.aborted) cancel();
  else signal.addEventListener("abort", cancel, { once: true });

  send(request.message, call, ended.signal).catch((error: unknown) => {
    sendError = error;
    call.cancel();
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

function malformed(message: MalformedMessage): ConnectError {
  return new ConnectError("the response could not be decoded", Code.Internal, undefined, undefined, message.cause);
}
