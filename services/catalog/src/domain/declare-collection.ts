import { SwitchyardError } from "@switchyard/errors";
import { type IndexField, sameFields } from "../model/index-field.js";
import { ensureCollections, findCollections, saveFields, type StoredCollection } from "../store/collections.js";
import type { Db, Trx } from "../store/database.js";
import { findBodies } from "../store/get-documents.js";
import { lockCollections } from "../store/locks.js";
import { clockTime } from "../store/read-for-write.js";
import {
  allowLongTransaction,
  clearIndex,
  holdNextDocuments,
  type IndexedDocument,
  writeIndex,
} from "../store/reindex.js";
import { assignSlots } from "../store/slots.js";
import { withStorageErrors } from "../store/storage-error.js";
import { claimUniqueValues } from "../store/unique-values.js";
import { countThatFits } from "./answer-size.js";
import { uniqueClaims } from "./claim-unique.js";
import { extractFields } from "./extract-fields.js";

/** Documents that are indexed in one go; fewer when their bodies are large. */
const chunkSize = 500;

/**
 * Declares a collection. Declaring the same fields again does nothing. Other fields index every document anew in one transaction:
 * writes to the collection wait for it, reads go on with the old fields.
 *
 * @throws SwitchyardError PRECONDITION_FAILED with `key` and `index_field` when a document that is there does not fit the fields,
 * ALREADY_EXISTS when two have the same value of a unique one, QUOTA_EXCEEDED for too many fields of a kind; nothing is changed then
 */
export function declareCollection(
  db: Db,
  namespace: string,
  name: string,
  fields: readonly IndexField[],
): Promise<readonly IndexField[]> {
  const slotted = assignSlots(fields);
  return withStorageErrors(async () => {
    // Every start of a caller declares what is there already; that needs no lock.
    const present = (await findCollections(db, namespace, [name])).get(name);
    if (present !== undefined && sameFields(present.fields, fields)) return present.fields;
    return db.transaction().execute(async (trx) => {
      await lockCollections(trx, namespace, [name], "exclusive");
      const stored = (await ensureCollections(trx, namespace, [name])).get(name) as StoredCollection;
      if (sameFields(stored.fields, fields)) return stored.fields;
      await allowLongTransaction(trx);
      await saveFields(trx, stored.id, slotted);
      await indexAnew(trx, { ...stored, fields: slotted });
      return slotted;
    });
  });
}

async function indexAnew(trx: Trx, collection: StoredCollection): Promise<void> {
  const at = await clockTime(trx);
  await clearIndex(trx, collection.id);
  for (let after = 0; ; ) {
    const held = await holdNextDocuments(trx, collection.id, after, chunkSize);
    const chunk = held.slice(0, countThatFits(held));
    const last = chunk.at(-1);
    if (last === undefined) return;
    await indexChunk(trx, collection, chunk, at);
    after = last.number;
  }
}

async function indexChunk(
  trx: Trx,
  collection: StoredCollection,
  chunk: readonly IndexedDocument[],
  at: string,
): Promise<void> {
  const bodies = await findBodies(
    trx,
    collection.id,
    chunk.map(({ number }) => number),
  );
  const documents = chunk.map(({ number, key }) => ({
    number,
    key,
    values: valuesOf(collection, key, bodies.get(number)),
  }));
  await writeIndex(trx, collection, documents);
  const claims = documents.flatMap((document) => uniqueClaims({ collection, ...document }));
  const [refused] = await claimUniqueValues(trx, claims, at);
  if (refused === undefined) return;
  const key = documents.find(({ number }) => number === refused.number)?.key ?? "";
  throw new SwitchyardError("ALREADY_EXISTS", `${key} has the same ${refused.field} as another document`, {
    collection: collection.name,
    key,
    index_field: refused.field,
  });
}

function valuesOf(collection: StoredCollection, key: string, body: string | undefined) {
  try {
    return extractFields(collection.fields, JSON.parse(body ?? "null"));
  } catch (error) {
    if (!(error instanceof SwitchyardError)) throw error;
    throw new SwitchyardError("PRECONDITION_FAILED", `document ${key} does not fit the fields: ${error.message}`, {
      ...error.metadata,
      collection: collection.name,
      key,
    });
  }
}
