import { Buffer } from "node:buffer";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { type Any, anyPack } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError } from "@connectrpc/connect";
import type grpc from "@grpc/grpc-js";
import { StatusSchema } from "@switchyard/proto/google/rpc/status_pb";
import { addHeaders, headersFromMetadata, metadataFromHeaders } from "./metadata.js";

const detailsKey = "grpc-status-details-bin";

/** The status that grpc-js sends for an error: code, text, trailers, and the details as a `google.rpc.Status`. */
export function statusFromConnectError(error: ConnectError, trailer: Headers | undefined): grpc.StatusObject {
  const metadata = metadataFromHeaders(trailer);
  addHeaders(metadata, error.metadata);
  if (error.details.length > 0) {
    const status = create(StatusSchema, {
      code: error.code,
      message: error.rawMessage,
      details: error.details.map(packDetail),
    });
    metadata.set(detailsKey, Buffer.from(toBinary(StatusSchema, status)));
  }
  // Codes of Connect and gRPC have equal numbers.
  return { code: error.code as number, details: error.rawMessage, metadata };
}

/** The error that a client throws for a status; its details are found by `findDetails`. */
export function connectErrorFromStatus(status: grpc.StatusObject): ConnectError {
  const code = isLostConnection(status) ? Code.Unavailable : codeOf(status);
  const error = new ConnectError(status.details, code, headersFromMetadata(status.metadata));
  error.metadata.delete(detailsKey);
  const bytes = status.metadata.get(detailsKey)[0];
  if (bytes instanceof Uint8Array) error.details = unpackDetails(bytes);
  return error;
}

function codeOf(status: grpc.StatusObject): Code {
  return status.code in Code ? (status.code as number as Code) : Code.Unknown;
}

/**
 * Tells whether a call ended with its connection, or its server, and not by an answer. grpc-js calls that internal
 * - when the server ended the connection with an error of its own. Node's servers do so to a client that resets more than 1,000 calls, and then 33 a
 *   second, to be safe from floods (nghttp2's `stream_reset_rate_limit`): all other calls of the connection end with it, for no fault of theirs;
 * - when the server let a call's stream go without a word, as one does that was stopped for longer than its keepalive allows.
 */
function isLostConnection({ code, details }: grpc.StatusObject): boolean {
  return (
    (code as number) === Code.Internal &&
    /internal client error: Session closed with error code \d+$|^Received RST_STREAM with code 0 /.test(details)
  );
}

function packDetail(detail: ConnectError["details"][number]): Any {
  if ("desc" in detail) return anyPack(detail.desc, create(detail.desc, detail.value));
  return { $typeName: "google.protobuf.Any", typeUrl: `type.googleapis.com/${detail.type}`, value: detail.value };
}

function unpackDetails(bytes: Uint8Array): ConnectError["details"] {
  try {
    return fromBinary(StatusSchema, bytes).details.map((any) => ({
      type: any.typeUrl.slice(any.typeUrl.lastIndexOf("/") + 1),
      value: any.value,
    }));
  } catch {
    // Code and text are known without the details; a broken trailer must not hide them.
    return [];
  }
}
