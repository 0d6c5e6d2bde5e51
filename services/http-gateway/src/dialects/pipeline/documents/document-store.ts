import type { MessageInitShape } from "@bufbuild/protobuf";
import { fromConnectError, reasonOf } from "@switchyard/errors";
import type { DeclaredCollection } from "@switchyard/pipeline-model";
import type {
  DocumentWriteSchema,
  ListDocumentsRequest,
  ListDocumentsRequestSchema,
  ListDocumentsResponse,
} from "@switchyard/proto/switchyard/catalog/v1/catalog_service_pb";
import type { Document } from "@switchyard/proto/switchyard/catalog/v1/document_pb";
import type { CoreClients } from "../../../core/clients.js";

/** Where the dialect's documents are. */
export interface DocumentContext {
  readonly core: Pick<CoreClients, "documents">;
  readonly config: { readonly namespace: string };
}

/** A JSON object as it is kept. */
export type Body = Record<string, unknown>;

/** A document that is there. */
export interface StoredDocument {
  readonly key: string;
  readonly body: Body;
  /** The body as it was written: numbers beyond a double are in here only. */
  readonly text: string;
  /** Rises with each write; for expectations. */
  readonly revision: bigint;
}

/** One write of a batch. */
export type Write = MessageInitShape<typeof DocumentWriteSchema>;

/** What must hold before a write: the revision that was read, or that nothing is there. */
export type Expected = { readonly revision: bigint } | { readonly absent: true };

/** What a write expects so that it changes nothing but what was read. */
export function expectationOf(read: StoredDocument | undefined): Expected {
  return read === undefined ? { absent: true } : { revision: read.revision };
}

/** Writes a whole body. @param body an object, or its JSON text */
export function putWrite({ name }: DeclaredCollection, key: string, body: object | string, expect?: Expected): Write {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const operation = { case: "put" as const, value: { body: Buffer.from(text) } };
  return { collection: name, key, operation, ...(expect === undefined ? {} : { expect }) };
}

/** Changes members of a body that is there; null removes one. All others stay as they were written. */
export function patchWrite({ name }: DeclaredCollection, key: string, patch: Body, expect?: Expected): Write {
  const operation = { case: "patch" as const, value: { mergePatch: Buffer.from(JSON.stringify(patch)) } };
  return { collection: name, key, operation, ...(expect === undefined ? {} : { expect }) };
}

/** Deletes a document; one that is not there is no error. */
export function deleteWrite({ name }: DeclaredCollection, key: string): Write {
  return { collection: name, key, operation: { case: "delete", value: {} } };
}

/** Applies writes, all or none of them. Answers with the revisions after them. */
export async function writeDocuments(
  { core, config: { namespace } }: DocumentContext,
  writes: readonly Write[],
): Promise<readonly bigint[]> {
  const { results } = await core.documents.writeDocuments({ namespace, writes: [...writes] });
  return results.map(({ revision }) => revision);
}

/** Reads a document; undefined when there is none. */
export async function readDocument(
  { core, config: { namespace } }: DocumentContext,
  { name: collection }: DeclaredCollection,
  key: string,
): Promise<StoredDocument | undefined> {
  try {
    const by = { case: "key" as const, value: key };
    const { document } = await core.documents.getDocument({ namespace, collection, by });
    return document === undefined ? undefined : storedDocument(document);
  } catch (error) {
    if (reasonOf(error) === "DOCUMENT_NOT_FOUND") return undefined;
    throw error;
  }
}

/** Reads those documents that are there, in the order of the keys. */
export async function readDocuments(
  { core, config: { namespace } }: DocumentContext,
  { name: collection }: DeclaredCollection,
  keys: readonly string[],
): Promise<readonly StoredDocument[]> {
  const found: StoredDocument[] = [];
  for (let at = 0; at < keys.length; at += keysPerCall) {
    const some = keys.slice(at, at + keysPerCall);
    const { documents } = await core.documents.batchGetDocuments({ namespace, collection, keys: some });
    found.push(...documents.map(storedDocument));
  }
  return found;
}

/** So many keys of one call: an answer must hold their bodies. */
const keysPerCall = 100;

/** What is listed, beside the namespace. */
export type DocumentList = Pick<
  Exclude<MessageInitShape<typeof ListDocumentsRequestSchema>, ListDocumentsRequest>,
  "where" | "orderBy" | "skip" | "wantTotal" | "facets" | "omitBodies"
>;

/**
 * Lists up to `limit` documents. The catalog bounds its pages by bytes too, so a list may need several; totals and facets
 * come with the first.
 */
export async function listDocuments(
  { core, config: { namespace } }: DocumentContext,
  { name: collection }: DeclaredCollection,
  list: DocumentList,
  limit = Number.POSITIVE_INFINITY,
): Promise<{ readonly documents: readonly StoredDocument[]; readonly first: ListDocumentsResponse }> {
  const pageSize = (missing: number) => Math.min(missing, 1000);
  const first = await core.documents.listDocuments({ ...list, namespace, collection, pageSize: pageSize(limit) });
  const documents = first.documents.map(storedDocument);
  const { wantTotal: _, facets: __, skip: ___, ...rest } = list;
  for (let pageToken = first.nextPageToken; pageToken !== "" && documents.length < limit; ) {
    const size = pageSize(limit - documents.length);
    const page = await core.documents.listDocuments({ ...rest, namespace, collection, pageSize: size, pageToken });
    documents.push(...page.documents.map(storedDocument));
    pageToken = page.nextPageToken;
  }
  return { documents, first };
}

/**
 * Tells whether a write failed because somebody else wrote since it was read: then one reads again. A unique value that another
 * document has is none of these; it would fail for ever.
 */
function isOutrun(error: unknown): boolean {
  const reason = reasonOf(error);
  return reason === "REVISION_MISMATCH" || (reason === "ALREADY_EXISTS" && takenField(error) === undefined);
}

/** The index field whose value another document has already, when a write failed for that. */
export function takenField(error: unknown): string | undefined {
  const failure = fromConnectError(error);
  return failure.reason === "ALREADY_EXISTS" ? failure.metadata["index_field"] : undefined;
}

/**
 * Does something that reads and writes with expectations, anew for as long as others write in between. It ends: each time
 * somebody has got on.
 */
export async function untilAlone<T>(once: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await once();
    } catch (error) {
      if (!isOutrun(error)) throw error;
    }
  }
}

function storedDocument({ key, body, revision }: Document): StoredDocument {
  const text = new TextDecoder().decode(body);
  // Lists may leave the bodies out.
  return { key, body: (text === "" ? {} : JSON.parse(text)) as Body, text, revision };
}
