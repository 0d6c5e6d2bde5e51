import type { ServiceImpl } from "@connectrpc/connect";
import { type GenMessage, type GenService, fileDesc, serviceDesc } from "@bufbuild/protobuf/codegenv2";
import type { Message } from "@bufbuild/protobuf";
import { create, toBinary } from "@bufbuild/protobuf";
import { base64Encode } from "@bufbuild/protobuf/wire";
import {
  FieldDescriptorProto_Label as Label,
  FieldDescriptorProto_Type as Type,
  FileDescriptorProtoSchema,
} from "@bufbuild/protobuf/wkt";

/** The one message of the probed service. */
export type Note = Message<"test.Note"> & { text: string; number: number; data: Uint8Array };

const kinds = [
  { name: "Say", clientStreaming: false, serverStreaming: false },
  { name: "Count", clientStreaming: false, serverStreaming: true },
];

const field = (name: string, number: number, type: Type) => ({
  name,
  number,
  type,
  label: Label.OPTIONAL,
  jsonName: name,
});
const proto = create(FileDescriptorProtoSchema, {
  name: "test/probe.proto",
  package: "test",
  syntax: "proto3",
  messageType: [
    {
      name: "Note",
      field: [field("text", 1, Type.STRING), field("number", 2, Type.INT32), field("data", 3, Type.BYTES)],
    },
  ],
  service: [
    { name: "Probe", method: kinds.map((kind) => ({ ...kind, inputType: ".test.Note", outputType: ".test.Note" })) },
  ],
});
const file = fileDesc(base64Encode(toBinary(FileDescriptorProtoSchema, proto)));

type Method<Kind> = { methodKind: Kind; input: GenMessage<Note>; output: GenMessage<Note> };

/** A service with a unary and a streaming method. */
export const Probe = serviceDesc(file, 0) as GenService<{
  say: Method<"unary">;
  count: Method<"server_streaming">;
}>;

/** Handlers for it. */
export type ProbeHandlers = Partial<ServiceImpl<typeof Probe>>;

/** A gate that one side waits at and another opens. */
export function hold() {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}
