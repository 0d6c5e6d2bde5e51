import { create } from "@bufbuild/protobuf";
import { ConnectError } from "@connectrpc/connect";
import { type Note, NoteSchema } from "./echo-proto.js";

/** Numbered requests. */
export async function* notes(count: number): AsyncGenerator<Note> {
  for (let number = 0; number < count; number++) yield create(NoteSchema, { number });
}

/** Reads a stream to its end. */
export async function collect<T>(messages: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const message of messages) all.push(message);
  return all;
}

/** The RPC error that a call fails with. */
export async function rejection(call: Promise<unknown>): Promise<ConnectError> {
  try {
    await call;
  } catch (error) {
    if (error instanceof ConnectError) return error;
    throw error;
  }
  throw new Error("the call succeeded");
}
