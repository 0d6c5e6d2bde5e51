import type { Writable } from "node:stream";
import type { Message } from "@bufbuild/protobuf";
import type { ConnectError, MethodImplSpec } from "@connectrpc/connect";
import type grpc from "@grpc/grpc-js";
import { SwitchyardError, toConnectError } from "@switchyard/errors";
import type { CallContext } from "../call-context.js";
import { statusFromConnectError } from "../grpc-status.js";
import { MalformedMessage } from "../message-codec.js";
import { createMessageReader, type MessageReader } from "../message-reader.js";
import { writable } from "../message-writer.js";
import { metadataFromHeaders } from "../metadata.js";
import type { GrpcCalls, ServerCall } from "./grpc-calls.js";

type ResponseStream = ServerCall & Writable & { end(trailer: grpc.Metadata): unknown };
type Raw = Message | MalformedMessage;
/** A bound method with a single response; it never throws but rejects. */
type Answering<Request> = (request: Request, context: CallContext) => Promise<Message>;

/** Makes the grpc-js handler of one bound method. */
export function createGrpcHandler(spec: MethodImplSpec, calls: GrpcCalls): grpc.UntypedHandleCall {
  switch (spec.kind) {
    case "unary": {
      const impl = spec.impl as unknown as Answering<Message>;
      return (call: grpc.ServerUnaryCall<Raw, Message>, callback: grpc.sendUnaryData<Message>) => {
        const context = calls.open(spec.method, call);
        const { request } = call;
        const response =
          request instanceof MalformedMessage ? Promise.reject(refused(request)) : impl(request, context);
        respond(response, call, context, calls, callback);
      };
    }
    case "client_streaming": {
      const impl = spec.impl as unknown as Answering<MessageReader<Message>>;
      return (call: grpc.ServerReadableStream<Raw, Message>, callback: grpc.sendUnaryData<Message>) => {
        const requests = createMessageReader(call, wellFormed);
        const context = calls.open(spec.method, call, () => requests.finish({ error: context.signal.reason }));
        finishAtEnd(call, requests);
        respond(impl(requests, context), call, context, calls, callback);
      };
    }
    case "server_streaming":
      return (call: grpc.ServerWritableStream<Raw, Message>) => {
        const gone = new AbortController();
        const context = calls.open(spec.method, call, () => gone.abort());
        void stream(() => spec.impl(wellFormed(call.request), context), call, context, calls, gone.signal);
      };
    case "bidi_streaming":
      return (call: grpc.ServerDuplexStream<Raw, Message>) => {
        const gone = new AbortController();
        const requests = createMessageReader(call, wellFormed);
        const context = calls.open(spec.method, call, () => {
          gone.abort();
          requests.finish({ error: context.signal.reason });
        });
        finishAtEnd(call, requests);
        void stream(() => spec.impl(requests, context), call, context, calls, gone.signal);
      };
  }
}

function respond(
  response: Promise<Message>,
  call: ServerCall,
  context: CallContext,
  calls: GrpcCalls,
  callback: grpc.sendUnaryData<Message>,
): void {
  response
    .then(
      (message) => {
        sendHeader(call, context);
        const trailer = context.usedResponseTrailer;
        callback(null, message, trailer === undefined ? undefined : metadataFromHeaders(trailer));
      },
      (error: unknown) => {
        sendHeader(call, context);
        callback(statusFromConnectError(asConnectError(error, context), context.usedResponseTrailer));
      },
    )
    .finally(() => calls.close(context));
}

/** Pumps the handler's messages into the call, as fast as the reader takes them. */
async function stream(
  handle: () => AsyncIterable<unknown>,
  call: ResponseStream,
  context: CallContext,
  calls: GrpcCalls,
  gone: AbortSignal,
): Promise<void> {
  let headerSent = false;
  const sendHeaderOnce = () => {
    if (!headerSent) sendHeader(call, context);
    headerSent = true;
  };
  try {
    for await (const message of handle()) {
      if (gone.aborted) return;
      sendHeaderOnce();
      if (!call.write(message as Message)) await writable(call, gone);
    }
    if (gone.aborted) return;
    sendHeaderOnce();
    call.end(metadataFromHeaders(context.usedResponseTrailer));
  } catch (error) {
    sendHeaderOnce();
    // grpc-js takes the status of a stream from an error event, and ends the stream with it.
    call.emit("error", statusFromConnectError(asConnectError(error, context), context.usedResponseTrailer));
  } finally {
    calls.close(context);
  }
}

function sendHeader(call: ServerCall, context: CallContext): void {
  const header = context.usedResponseHeader;
  if (header !== undefined) call.sendMetadata(metadataFromHeaders(header));
}

function finishAtEnd(call: grpc.ServerReadableStream<Raw, Message>, requests: MessageReader<Message>): void {
  // A reset by the client ends the stream too, just before it says "cancelled": without this wait, half an upload
  // would look like a whole one.
  call.on("end", () => setImmediate(() => requests.finish(undefined)));
}

function wellFormed(raw: unknown): Message {
  if (!(raw instanceof MalformedMessage)) return raw as Message;
  throw refused(raw);
}

function refused({ cause }: MalformedMessage): SwitchyardError {
  return new SwitchyardError("INVALID_ARGUMENT", "the request could not be decoded", {}, { cause });
}

function asConnectError(error: unknown, context: CallContext): ConnectError {
  return toConnectError(error, context.signal);
}
