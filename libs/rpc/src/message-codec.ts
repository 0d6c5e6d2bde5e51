import { Buffer } from "node:buffer";
import { type DescMessage, fromBinary, type Message, toBinary } from "@bufbuild/protobuf";

/** Stands in for a message whose bytes could not be read, so that the refusal is ours and typed. */
export class MalformedMessage {
  readonly cause: unknown;
  constructor(cause: unknown) {
    this.cause = cause;
  }
}

/** Serialises a message into a Buffer that shares the encoder's memory. */
export function serializer(desc: DescMessage): (message: Message) => Buffer {
  return (message) => {
    const bytes = toBinary(desc, message);
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  };
}

/** Reads a message; never throws. */
export function deserializer(desc: DescMessage): (bytes: Buffer) => Message | MalformedMessage {
  return (bytes) => {
    try {
      return fromBinary(desc, bytes);
    } catch (error) {
      return new MalformedMessage(error);
    }
  };
}
