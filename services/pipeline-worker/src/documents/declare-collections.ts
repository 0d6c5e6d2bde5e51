import type { SwitchyardClient } from "@switchyard/client";
import { collections, type DeclaredField } from "@switchyard/pipeline-model";
import { IndexField_Type } from "@switchyard/proto/switchyard/catalog/v1/document_pb";

const types: Readonly<Record<DeclaredField["type"], IndexField_Type>> = {
  text: IndexField_Type.TEXT,
  number: IndexField_Type.NUMBER,
  boolean: IndexField_Type.BOOLEAN,
  time: IndexField_Type.TIME,
  "text-list": IndexField_Type.TEXT_LIST,
  search: IndexField_Type.SEARCH,
};

/** Declares every collection of the namespace. The gateway does the same at its start; equal declarations change nothing. */
export async function declareCollections(
  catalog: SwitchyardClient["catalog"],
  namespace: string,
  signal: AbortSignal,
): Promise<void> {
  for (const { name, fields } of Object.values(collections)) {
    const declared = fields.map(({ type, ...field }: DeclaredField) => ({ ...field, type: types[type] }));
    await catalog.declareCollection({ collection: { namespace, name, fields: declared } }, { signal });
  }
}
