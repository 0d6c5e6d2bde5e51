import { type GenMessage, type GenService, fileDesc, messageDesc, serviceDesc } from "@bufbuild/protobuf/codegenv2";
import type { Message } from "@bufbuild/protobuf";
import { create, toBinary } from "@bufbuild/protobuf";
import { base64Encode } from "@bufbuild/protobuf/wire";
import {
  FieldDescriptorProto_Label as Label,
  FieldDescriptorProto_Type as Type,
  FileDescriptorProtoSchema,
} from "@bufbuild/protobuf/wkt";

/** The one message of the test service. */
export type Note = Message<"test.Note"> & { text: string; number: number; data: Uint8Array };

const kinds = [
  { name: "Say", clientStreaming: false, serverStreaming: false },
  { name: "Missing", clientStreaming: false, serverStreaming: false },
  { name: "Count", clientStreaming: false, serverStreaming: true },
  { name: "Sum", clientStreaming: true, serverStreaming: false },
  { name: "Chat", clientStreaming: true, serverStreaming: true },
];

const field = (name: string, number: number, type: Type) => ({
  name,
  number,
  type,
  label: Label.OPTIONAL,
  jsonName: name,
});
const proto = create(FileDescriptorProtoSchema, {
  name: "test/echo.proto",
  package: "test",
  syntax: "proto3",
  messageType: [
    {
      name: "Note",
      field: [field("text", 1, Type.STRING), field("number", 2, Type.INT32), field("data", 3, Type.BYTES)],
    },
  ],
  service: [
    { name: "Echo", method: kinds.map((kind) => ({ ...kind, inputType: ".test.Note", outputType: ".test.Note" })) },
  ],
});
const file = fileDesc(base64Encode(toBinary(FileDescriptorProtoSchema, proto)));

/** The message's description. */
export const NoteSchema = messageDesc(file, 0) as GenMessage<Note>;

type Method<Kind> = { methodKind: Kind; input: GenMessage<Note>; output: GenMessage<Note> };

/** A service with a method of each kind and one that nobody serves. */
export const Echo = serviceDesc(file, 0) as GenService<{
  say: Method<"unary">;
  missing: Method<"unary">;
  count: Method<"server_streaming">;
  sum: Method<"client_streaming">;
  chat: Method<"bidi_streaming">;
}>;
