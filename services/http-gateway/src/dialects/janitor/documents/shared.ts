import type { MessageInitShape } from "@bufbuild/protobuf";
import type { Timestamp } from "@bufbuild/protobuf/wkt";
import { reasonOf } from "@switchyard/errors";
import type {
  DocumentWrite,
  DocumentWriteSchema,
  FieldCondition,
  FieldConditionSchema,
  ListDocumentsRequest,
  ListDocumentsRequestSchema,
} from "@switchyard/proto/switchyard/catalog/v1/catalog_service_pb";
import type { Document } from "@switchyard/proto/switchyard/catalog/v1/document_pb";
import { inBatches, maxBatchItems } from "../batches.js";
import type { Core } from "../core-access.js";

/** A condition of a list of documents. */
export type Condition = Exclude<MessageInitShape<typeof FieldConditionSchema>, FieldCondition>;

/** Which documents are listed, and in which order. */
export type DocumentQuery = Pick<
  Exclude<MessageInitShape<typeof ListDocumentsRequestSchema>, ListDocumentsRequest>,
  "collection" | "where" | "orderBy"
>;

/** A write of a document. */
export type Write = Exclude<MessageInitShape<typeof DocumentWriteSchema>, DocumentWrite>;

/** The condition that a field has one of some values; at most 1,000. */
export function anyOf(field: string, values: readonly (string | number | boolean)[]): Condition {
  return { field, values: values.map((value) => JSON.stringify(value)) };
}

/** The write of a whole document. */
export function putJson(collection: string, key: string, body: object): Write {
  return { collection, key, operation: { case: "put", value: { body: Buffer.from(JSON.stringify(body)) } } };
}

/** The write of a whole document that ends by itself. */
export function putExpiring(collection: string, key: string, body: object, expireTime: Timestamp): Write {
  const value = { body: Buffer.from(JSON.stringify(body)), expireTime };
  return { collection, key, operation: { case: "put", value } };
}

/** The body of a document that this dialect wrote. */
export function bodyOf<Body>({ body }: Pick<Document, "body">): Body {
  return JSON.parse(new TextDecoder().decode(body)) as Body;
}

/** Reads a document by key or number; undefined for none. */
export async function findDocument(
  { core, config: { namespace } }: Core,
  collection: string,
  name: string | bigint,
): Promise<Document | undefined> {
  const by =
    typeof name === "string" ? { case: "key" as const, value: name } : { case: "number" as const, value: name };
  const { document } = await core.documents
    .getDocument({ namespace, collection, by })
    .catch((error: unknown) =>
      reasonOf(error) === "DOCUMENT_NOT_FOUND" ? { document: undefined } : Promise.reject(error),
    );
  return document;
}

/** Reads any number of documents; those that are not there are left out. */
export async function findDocuments(core: Core, collection: string, keys: readonly string[]): Promise<Document[]> {
  const found: Document[] = [];
  for (let from = 0; from < keys.length; from += maxBatchItems)
    found.push(...(await findBatch(core, collection, keys.slice(from, from + maxBatchItems))));
  return found;
}

async function findBatch(core: Core, collection: string, keys: readonly string[]): Promise<Document[]> {
  const { namespace } = core.config;
  try {
    return (await core.core.documents.batchGetDocuments({ namespace, collection, keys: [...keys] })).documents;
  } catch (error) {
    // The bodies of one answer have a limit, too.
    if (reasonOf(error) !== "PAYLOAD_TOO_LARGE" || keys.length < 2) throw error;
    const middle = keys.length >> 1;
    const first = await findBatch(core, collection, keys.slice(0, middle));
    return [...first, ...(await findBatch(core, collection, keys.slice(middle)))];
  }
}

/** Reads every document that fits, page after page. */
export async function* listDocuments(
  { core, config: { namespace } }: Core,
  query: DocumentQuery,
): AsyncGenerator<Document, undefined> {
  let pageToken = "";
  do {
    const page = await core.documents.listDocuments({ ...query, namespace, pageSize: 1000, pageToken });
    yield* page.documents;
    pageToken = page.nextPageToken;
  } while (pageToken !== "");
  return undefined;
}

/** Writes documents in their order: all or none while one call can carry them, else call after call. */
export async function writeAll({ core, config: { namespace } }: Core, writes: readonly Write[]): Promise<void> {
  for (const batch of inBatches(writes, bytesOfWrite))
    await core.documents.writeDocuments({ namespace, writes: batch });
}

function bytesOfWrite({ key = "", operation }: Write): number {
  const body = operation?.case === "put" ? (operation.value.body?.byteLength ?? 0) : 0;
  // Room for the names and numbers around it.
  return body + Buffer.byteLength(key) + 100;
}
