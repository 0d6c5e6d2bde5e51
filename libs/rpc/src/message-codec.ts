import { Buffer } from "node:buffer";
import {
  create,
  type DescMessage,
  fromBinary,
  type Message,
  type MessageInitShape,
  toBinary,
} from "@bufbuild/protobuf";
import { ByteReader } from "./codec/byte-reader.js";
import { ByteWriter } from "./codec/byte-writer.js";
import { codecOf } from "./codec/compile-codec.js";

/** Stands in for a message whose bytes could not be read, so that the refusal is ours and typed. */
export class MalformedMessage {
  readonly cause: unknown;
  constructor(cause: unknown) {
    this.cause = cause;
  }
}

type Init = MessageInitShape<DescMessage>;

// One for all: a message is written without a pause.
const writer = new ByteWriter();
const serializers = new WeakMap<DescMessage, (message: Init) => Buffer>();
const deserializers = new WeakMap<DescMessage, (bytes: Buffer) => Message | MalformedMessage>();

/**
 * The function that writes messages of a type. What a message is made from does as well: completing it first, with everything in
 * it, would cost more than writing it.
 */
export function serializer(desc: DescMessage): (message: Init) => Buffer {
  return remember(serializers, desc, () => {
    const write = writerOf(desc);
    return (message) => {
      if (!shared.has(message)) return write(message);
      const known = shared.get(message);
      if (known !== undefined) return known;
      const bytes = write(message);
      shared.set(message, bytes);
      return bytes;
    };
  });
}

/** Messages that go out to many, with their bytes once they are known. */
const shared = new WeakMap<object, Buffer | undefined>();

/** Lets a message be written once, however many callers it is sent to over gRPC. It must not be changed from then on. */
export function shareMessage<M extends Message>(message: M): M {
  shared.set(message, undefined);
  return message;
}

function writerOf(desc: DescMessage): (message: Init) => Buffer {
  const codec = codecOf(desc);
  if (codec === undefined) {
    return (message) => {
      const bytes = toBinary(desc, create(desc, message));
      return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    };
  }
  return (message) => {
    writer.reset();
    codec.encode(writer, message);
    return writer.finish();
  };
}

/** The function that reads messages of a type; it never throws. Bytes inside the messages share the memory of what was read. */
export function deserializer(desc: DescMessage): (bytes: Buffer) => Message | MalformedMessage {
  return remember(deserializers, desc, () => {
    const codec = codecOf(desc);
    const read =
      codec === undefined
        ? (bytes: Buffer) => fromBinary(desc, bytes)
        : (bytes: Buffer) => codec.decode(new ByteReader(bytes), bytes.length) as Message;
    return (bytes) => {
      try {
        return read(bytes);
      } catch (error) {
        return new MalformedMessage(error);
      }
    };
  });
}

/** Makes a message from what one is made from, as `create` does; a message is returned as it is. */
export function completeMessage(desc: DescMessage, init: Init): Message {
  return (codecOf(desc)?.complete(init) as Message | undefined) ?? create(desc, init);
}

function remember<V>(known: WeakMap<DescMessage, V>, desc: DescMessage, make: () => V): V {
  let value = known.get(desc);
  if (value === undefined) {
    value = make();
    known.set(desc, value);
  }
  return value;
}
