import { Buffer } from "node:buffer";
import grpc from "@grpc/grpc-js";
import type { RequestHeaders } from "./call-context.js";

/** Whatever `new Headers()` takes. */
export type HeaderInit = ConstructorParameters<typeof Headers>[0];

// What belongs to the protocol and would mislead the peer when it travels on inside an error's metadata.
const protocolHeader = /^(?:content-|grpc-|connect-|te$|trailer|transfer-encoding|connection$|date$|vary$|accept|:)/;

/** Turns headers into gRPC metadata. Values of `-bin` headers are base64 in the former, bytes in the latter. */
export function metadataFromHeaders(
  headers: Headers | readonly (readonly [string, string])[] | undefined,
): grpc.Metadata {
  const metadata = new grpc.Metadata();
  if (headers !== undefined) addHeaders(metadata, headers);
  return metadata;
}

/** Turns whatever `new Headers()` takes into gRPC metadata. */
export function metadataFromInit(init: HeaderInit): grpc.Metadata {
  return metadataFromHeaders(init === undefined || init instanceof Headers ? init : new Headers(init));
}

/** The headers that came as metadata. */
export class MetadataHeaders implements RequestHeaders {
  readonly #metadata: grpc.Metadata;

  constructor(metadata: grpc.Metadata) {
    this.#metadata = metadata;
  }

  all(): Headers {
    return headersFromMetadata(this.#metadata);
  }

  /** As `Headers.get` does: several values are joined, bytes are base64. */
  read(name: string): string | null {
    const values = this.#metadata.get(name);
    return values.length === 0 ? null : values.map(textOf).join(", ");
  }
}

/** Adds headers to metadata, leaving out those that belong to a protocol. */
export function addHeaders(metadata: grpc.Metadata, headers: Headers | readonly (readonly [string, string])[]): void {
  for (const [name, value] of headers) {
    if (protocolHeader.test(name)) continue;
    if (name.endsWith("-bin")) {
      for (const part of value.split(",")) metadata.add(name, Buffer.from(part.trim(), "base64"));
    } else metadata.add(name, value);
  }
}

/** Turns gRPC metadata into headers. */
export function headersFromMetadata(metadata: grpc.Metadata): Headers {
  const headers = new Headers();
  copyMetadata(metadata, headers);
  return headers;
}

/** Adds gRPC metadata to headers. */
export function copyMetadata(metadata: grpc.Metadata, headers: Headers): void {
  for (const name of Object.keys(metadata.getMap())) {
    for (const value of metadata.get(name)) headers.append(name, textOf(value));
  }
}

function textOf(value: grpc.MetadataValue): string {
  return typeof value === "string" ? value : value.toString("base64").replace(/=+$/, "");
}
