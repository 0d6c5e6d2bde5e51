import type { MethodImplSpec } from "@connectrpc/connect";
import type grpc from "@grpc/grpc-js";
import { deserializer, serializer } from "../message-codec.js";

/** Describes one method to grpc-js. */
export function methodDefinition({ method }: MethodImplSpec): grpc.MethodDefinition<unknown, unknown> {
  const { methodKind, input, output } = method;
  return {
    path: `/${method.parent.typeName}/${method.name}`,
    requestStream: methodKind === "client_streaming" || methodKind === "bidi_streaming",
    responseStream: methodKind === "server_streaming" || methodKind === "bidi_streaming",
    requestSerialize: serializer(input) as (value: unknown) => Buffer,
    requestDeserialize: deserializer(input),
    responseSerialize: serializer(output) as (value: unknown) => Buffer,
    responseDeserialize: deserializer(output),
  };
}
