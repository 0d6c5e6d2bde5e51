import { SwitchyardError } from "@switchyard/errors";
import type { StoredDocument } from "../model/document.js";
import { ensureCollections, reserveNumbers, type StoredCollection } from "../store/collections.js";
import type { Db, Trx } from "../store/database.js";
import { deleteDocuments } from "../store/delete-documents.js";
import { lockCollections, lockDocuments } from "../store/locks.js";
import { type DocumentRow, putDocuments } from "../store/put-documents.js";
import { clockTime, readForWrite } from "../store/read-for-write.js";
import { withStorageErrors } from "../store/storage-error.js";
import { applyWrites, type DocumentChange, type WritePlan } from "./apply-writes.js";
import type { DocumentWrite, WriteResult } from "./document-write.js";
import { extractFields } from "./extract-fields.js";
import { claimUnique, hasUniqueField } from "./claim-unique.js";

type Collections = ReadonlyMap<string, StoredCollection>;

/**
 * Applies writes in order, all of them or none. Parallel batches on the same documents take turns; see `locks.ts` for why they
 * never wait for each other in a circle.
 *
 * @throws SwitchyardError naming the write by `index`: REVISION_MISMATCH, PRECONDITION_FAILED, ALREADY_EXISTS (also for unique
 * index fields, with `index_field`), DOCUMENT_NOT_FOUND, INVALID_ARGUMENT, PAYLOAD_TOO_LARGE
 */
export function writeDocuments(
  db: Db,
  namespace: string,
  writes: readonly DocumentWrite[],
): Promise<readonly WriteResult[]> {
  return withStorageErrors(() => db.transaction().execute((trx) => writeIn(trx, namespace, writes)));
}

async function writeIn(trx: Trx, namespace: string, writes: readonly DocumentWrite[]): Promise<readonly WriteResult[]> {
  const names = [...new Set(writes.map(({ collection }) => collection))].sort();
  await lockCollections(trx, namespace, names, "shared");
  const collections = await ensureCollections(trx, namespace, names);
  const stored = await readLocked(trx, collections, writes);
  // Only now, so that revisions and times of a document rise together.
  const at = await clockTime(trx);
  const plan = applyWrites(writes, (collection, key) => stored.get(idOf(collection, key)), at);
  const rows = plan.changes.filter(isWritten).map((change) => toRow(change, collections));
  await numberNewDocuments(trx, plan, collections);
  await deleteDocuments(
    trx,
    plan.changes.filter(isGone).map((change) => numberOf(change, collections)),
  );
  const numbered = rows.map(({ change, row }) => ({ change, row: { ...row, number: change.after.number } }));
  await putDocuments(
    trx,
    numbered.map(({ row }) => row),
    at,
  );
  await claimUnique(trx, numbered, at);
  return plan.results();
}

async function readLocked(
  trx: Trx,
  collections: Collections,
  writes: readonly DocumentWrite[],
): Promise<ReadonlyMap<string, StoredDocument>> {
  const wanted = new Map(
    writes.map(({ collection, key }) => [idOf(collection, key), { collection: find(collections, collection), key }]),
  );
  const ids = [...wanted.values()].map(({ collection, key }) => ({ collectionId: collection.id, key, collection }));
  // Writers of a collection with unique fields take turns as a whole: any two documents might want the same value.
  await lockDocuments(
    trx,
    ids.map(({ collectionId, key, collection }) =>
      hasUniqueField(collection) ? { collectionId } : { collectionId, key },
    ),
  );
  const names = new Map([...collections.values()].map(({ id, name }) => [id, name]));
  const rows = await readForWrite(trx, ids);
  return new Map(rows.map((row) => [idOf(names.get(row.collectionId) ?? "", row.key), row]));
}

type WrittenChange = DocumentChange & { readonly after: NonNullable<DocumentChange["after"]> };

function isWritten(change: DocumentChange): change is WrittenChange {
  return change.dirty && change.after !== undefined;
}

/** The row that was there before goes: deleted, or ended and written anew under another number. */
function isGone(change: DocumentChange): boolean {
  return change.dirty && change.before !== undefined && change.before.number !== change.after?.number;
}

function toRow(change: WrittenChange, collections: Collections): { change: WrittenChange; row: DocumentRow } {
  const { after, key, lastIndex } = change;
  const collection = find(collections, change.collection);
  try {
    const values = extractFields(collection.fields, after.value);
    const { number, revision, body, expiresAt } = after;
    return { change, row: { collection, number, key, revision, body, expiresAt, values } };
  } catch (error) {
    if (!(error instanceof SwitchyardError)) throw error;
    const metadata = {
      field: `writes[${lastIndex}]`,
      ...error.metadata,
      index: String(lastIndex),
      collection: collection.name,
      key,
    };
    throw new SwitchyardError(error.reason, error.message, metadata);
  }
}

async function numberNewDocuments(trx: Trx, plan: WritePlan, collections: Collections): Promise<void> {
  for (const { id, name } of [...collections.values()].sort((a, b) => a.id - b.id)) {
    const drafts = plan.created.filter(({ collection }) => collection === name).map(({ draft }) => draft);
    if (drafts.length === 0) continue;
    const first = await reserveNumbers(trx, id, drafts.length);
    for (const [index, draft] of drafts.entries()) draft.number = first + index;
  }
}

function numberOf(change: DocumentChange, collections: Collections): { collectionId: number; number: number } {
  return { collectionId: find(collections, change.collection).id, number: change.before?.number ?? 0 };
}

function find(collections: Collections, name: string): StoredCollection {
  const collection = collections.get(name);
  if (collection === undefined) throw new RangeError(`collection ${name} was not made`);
  return collection;
}

function idOf(collection: string, key: string): string {
  return JSON.stringify([collection, key]);
}
