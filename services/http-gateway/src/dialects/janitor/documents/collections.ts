import type { MessageInitShape } from "@bufbuild/protobuf";
import {
  type IndexField,
  type IndexFieldSchema,
  IndexField_Type,
} from "@switchyard/proto/switchyard/catalog/v1/document_pb";
import type { collectionNames } from "../names.js";

type Field = Exclude<MessageInitShape<typeof IndexFieldSchema>, IndexField>;

const text = (name: string): Field => ({ name, type: IndexField_Type.TEXT });

/** The fields by which documents of each collection are found. Another set of fields indexes the collection anew. */
export const collectionFields: Readonly<Record<keyof typeof collectionNames, readonly Field[]>> = {
  codebases: [
    { name: "value", type: IndexField_Type.NUMBER },
    { ...text("branch_key"), unique: true },
  ],
  candidates: [text("codebase"), text("campaign")],
  runs: [
    ...["codebase", "campaign", "code", "revision", "resume_from", "finish_time", "context_digest"].map(text),
    { name: "transient", type: IndexField_Type.BOOLEAN },
  ],
  assignments: [],
  workers: [],
  hosts: [],
  moves: [],
  reactor: [],
};
