import type { MessageInitShape } from "@bufbuild/protobuf";
import {
  type CollectionSchema,
  type IndexField as IndexFieldProto,
  IndexField_Type,
} from "@switchyard/proto/switchyard/catalog/v1/document_pb";
import type { FieldKind, IndexField } from "../model/index-field.js";
import { builtInFields } from "../store/columns.js";
import { checkCount, checkName, invalidField } from "./check-request.js";

const kinds: Readonly<Record<IndexField_Type, FieldKind>> = {
  [IndexField_Type.UNSPECIFIED]: "text",
  [IndexField_Type.TEXT]: "text",
  [IndexField_Type.NUMBER]: "number",
  [IndexField_Type.BOOLEAN]: "boolean",
  [IndexField_Type.TIME]: "time",
  [IndexField_Type.TEXT_LIST]: "textList",
  [IndexField_Type.SEARCH]: "search",
};

const types: Readonly<Record<FieldKind, IndexField_Type>> = {
  text: IndexField_Type.TEXT,
  number: IndexField_Type.NUMBER,
  boolean: IndexField_Type.BOOLEAN,
  time: IndexField_Type.TIME,
  textList: IndexField_Type.TEXT_LIST,
  search: IndexField_Type.SEARCH,
};

/**
 * Reads declared index fields.
 *
 * @throws SwitchyardError INVALID_ARGUMENT
 */
export function fieldsFromProto(fields: readonly IndexFieldProto[]): readonly IndexField[] {
  checkCount(fields.length, "collection.fields", 0, 64);
  const names = new Set<string>();
  return fields.map((field, index) => {
    const place = `collection.fields[${index}]`;
    const name = checkName(field.name, `${place}.name`);
    if (builtInFields.includes(name))
      throw invalidField(`${place}.name`, `is ${name}, which every document has by itself`);
    if (names.has(name)) throw invalidField(`${place}.name`, `is ${name} for the second time`);
    names.add(name);
    const kind = kinds[field.type];
    if (kind === undefined) throw invalidField(`${place}.type`, "is not known");
    if (field.unique && (kind === "textList" || kind === "search"))
      throw invalidField(`${place}.unique`, `does not fit ${kind}`);
    return {
      name,
      path: field.path === "" ? name : checkName(field.path, `${place}.path`),
      kind,
      unique: field.unique,
    };
  });
}

/** Writes a declared collection. */
export function collectionToProto(
  namespace: string,
  name: string,
  fields: readonly IndexField[],
): MessageInitShape<typeof CollectionSchema> {
  const toProto = ({ name, path, kind, unique }: IndexField) => ({ name, path, type: types[kind], unique });
  return { namespace, name, fields: fields.map(toProto) };
}
