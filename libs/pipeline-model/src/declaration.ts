import { IndexField_Type } from "@switchyard/proto/switchyard/catalog/v1/document_pb";
import { collections, type DeclaredCollection, type DeclaredField } from "./collections.js";

const typeOf: Readonly<Record<DeclaredField["type"], IndexField_Type>> = {
  text: IndexField_Type.TEXT,
  number: IndexField_Type.NUMBER,
  boolean: IndexField_Type.BOOLEAN,
  time: IndexField_Type.TIME,
  "text-list": IndexField_Type.TEXT_LIST,
  search: IndexField_Type.SEARCH,
};

/** What has to be declared to the catalog in a namespace. Gateways and workers do so at their start; equal declarations change nothing. */
export function collectionDeclarations(namespace: string) {
  return Object.values<DeclaredCollection>(collections).map(({ name, fields }) => ({
    namespace,
    name,
    fields: fields.map(({ type, ...field }: DeclaredField) => ({ ...field, type: typeOf[type] })),
  }));
}
