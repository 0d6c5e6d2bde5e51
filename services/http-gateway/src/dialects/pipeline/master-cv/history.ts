import { collections, type DeclaredCollection, soleKeys } from "@switchyard/pipeline-model";
import { FieldCondition_Operator } from "@switchyard/proto/switchyard/catalog/v1/catalog_service_pb";
import { isJsonObject } from "../../../json/parse-json.js";
import { type Body, type DocumentContext, listDocuments, readDocument } from "../documents/document-store.js";
import { badRequest, failed } from "../errors.js";
import { type ChangeNote, historyKey, writeVersions } from "./versioned-document.js";

/** The collections whose versions are kept. */
const versioned: readonly DeclaredCollection[] = [
  collections.masterCvMetadata,
  collections.masterCvTaxonomy,
  collections.masterCvRoles,
];

/** The collection that a path names. @throws PipelineError 400 */
export function versionedCollection(word: string): DeclaredCollection {
  const found = versioned.find(({ name }) => name === word);
  if (found !== undefined) return found;
  const names = versioned.map(({ name }) => `'${name}'`).join(", ");
  throw badRequest(`Invalid collection. Must be one of: [${names}]`);
}

/** Superseded versions, newest first. @param docId undefined is every document of the collection */
export async function listHistory(
  context: DocumentContext,
  { name }: DeclaredCollection,
  docId: string | undefined,
  limit: number,
): Promise<readonly Body[]> {
  const equal = (field: string, value: string) => ({
    field,
    operator: FieldCondition_Operator.EQUAL,
    values: [JSON.stringify(value)],
  });
  const where = [equal("collection", name), ...(docId === undefined ? [] : [equal("doc_id", docId)])];
  const orderBy = [
    { field: "create_time", descending: true },
    { field: "version", descending: true },
  ];
  const { documents } = await listDocuments(context, collections.masterCvHistory, { where, orderBy }, limit);
  return documents.map(({ body }) => body);
}

/** How many superseded versions there are, of all documents. */
export async function countHistory(context: DocumentContext): Promise<number> {
  const list = { wantTotal: true, omitBodies: true };
  const { first } = await listDocuments(context, collections.masterCvHistory, list, 1);
  return Number(first.total);
}

/**
 * Makes a new version with the content of a superseded one.
 *
 * @param docId of a role; undefined for the collections that have one document
 * @returns the document's id
 * @throws PipelineError 400 for a role that is not named, 500 for a version that is not in the history
 */
export async function rollBack(
  context: DocumentContext,
  collection: DeclaredCollection,
  { docId, version }: { readonly docId: string | undefined; readonly version: number },
  updatedBy: string,
): Promise<string> {
  const id = collection.name === collections.masterCvRoles.name ? docId : soleKeys.masterCv;
  if (id === undefined) throw badRequest("doc_id required for roles rollback");
  const entry = await readDocument(context, collections.masterCvHistory, historyKey(collection.name, id, version));
  const data = entry?.body["data"];
  if (!isJsonObject(data)) throw failed(`Failed to rollback to version ${version}`);
  const note: ChangeNote = { updatedBy, summary: `Rolled back to version ${version}` };
  await writeVersions(context, [{ collection, docId: id, content: () => data }], note);
  return id;
}
