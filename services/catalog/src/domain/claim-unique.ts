import { SwitchyardError } from "@switchyard/errors";
import type { StoredCollection } from "../store/collections.js";
import type { Trx } from "../store/database.js";
import type { DocumentRow } from "../store/put-documents.js";
import { encodeText } from "../store/text-code.js";
import { claimUniqueValues, releaseUniqueValues, type UniqueClaim } from "../store/unique-values.js";

/** Tells whether a collection declares a unique field. */
export function hasUniqueField(collection: StoredCollection): boolean {
  return collection.fields.some((field) => field.unique);
}

/**
 * Takes the unique values of written documents and gives up those that they had. Looked at once the whole batch is written, so
 * that two documents can exchange their values in one batch.
 *
 * @param written the documents and the last write of the batch that names each
 * @throws SwitchyardError ALREADY_EXISTS with `index`, `collection`, `key`, `index_field`
 */
export async function claimUnique(
  trx: Trx,
  written: readonly { readonly row: DocumentRow; readonly change: { readonly lastIndex: number } }[],
  at: string,
): Promise<void> {
  const rows = written.filter(({ row }) => hasUniqueField(row.collection));
  await releaseUniqueValues(
    trx,
    rows.map(({ row }) => ({ collectionId: row.collection.id, number: row.number })),
  );
  const claims = rows.flatMap(({ row, change }) =>
    uniqueClaims(row).map((claim) => ({ ...claim, row, index: change.lastIndex })),
  );
  // Of two claims on one value the later write is the one that fails.
  claims.sort((a, b) => a.index - b.index);
  const [refused] = await claimUniqueValues(trx, claims, at);
  if (refused === undefined) return;
  const claim = claims.find(({ number, field }) => number === refused.number && field === refused.field);
  throw new SwitchyardError("ALREADY_EXISTS", `another document has the same ${refused.field}`, {
    index: String(claim?.index ?? 0),
    collection: claim?.row.collection.name ?? "",
    key: claim?.row.key ?? "",
    index_field: refused.field,
  });
}

/** The values that a document must be alone to have. */
export function uniqueClaims({
  collection,
  number,
  values,
}: Pick<DocumentRow, "collection" | "number" | "values">): UniqueClaim[] {
  return collection.fields.flatMap(({ name, unique }) => {
    const value = unique ? values.get(name) : undefined;
    return value === undefined
      ? []
      : [{ collectionId: collection.id, field: name, value: encodeText(String(value)), number }];
  });
}
