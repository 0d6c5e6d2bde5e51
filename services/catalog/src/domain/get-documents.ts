import { SwitchyardError } from "@switchyard/errors";
import type { Document } from "../model/document.js";
import type { Db } from "../store/database.js";
import { findBodies, findDocument, findDocumentFacts } from "../store/get-documents.js";
import { withStorageErrors } from "../store/storage-error.js";
import { maxAnswerBytes } from "./answer-size.js";

/**
 * Returns one document.
 *
 * @throws SwitchyardError DOCUMENT_NOT_FOUND
 */
export async function getDocument(
  db: Db,
  namespace: string,
  collection: string,
  by: { readonly key: string } | { readonly number: number },
): Promise<Document> {
  const document = await withStorageErrors(() => findDocument(db, namespace, collection, by));
  if (document !== undefined) return document;
  const [name, value] = Object.entries(by)[0] as [string, string | number];
  throw new SwitchyardError("DOCUMENT_NOT_FOUND", `collection ${collection} has no document with ${name} ${value}`, {
    collection,
    [name]: String(value),
  });
}

/**
 * Returns the documents that are there, in the order of the keys.
 *
 * @throws SwitchyardError PAYLOAD_TOO_LARGE when their bodies do not fit into one answer
 */
export function batchGetDocuments(
  db: Db,
  namespace: string,
  collection: string,
  keys: readonly string[],
): Promise<readonly Document[]> {
  const read = db.transaction().setIsolationLevel("repeatable read").setAccessMode("read only");
  return withStorageErrors(() =>
    read.execute(async (trx) => {
      const facts = await findDocumentFacts(trx, namespace, collection, keys);
      const byKey = new Map(facts.map((fact) => [fact.key, fact]));
      const found = keys.flatMap((key) => byKey.get(key) ?? []);
      if (found.reduce((bytes, { bodyBytes }) => bytes + bodyBytes, 0) > maxAnswerBytes && found.length > 1) {
        throw new SwitchyardError(
          "PAYLOAD_TOO_LARGE",
          `the documents have more than ${maxAnswerBytes} bytes; ask for fewer`,
          {
            limit: String(maxAnswerBytes),
          },
        );
      }
      const bodies = await findBodies(
        trx,
        facts[0]?.collectionId ?? 0,
        facts.map(({ number }) => number),
      );
      return found.map(({ bodyBytes: _, collectionId: __, ...fact }) => ({ ...fact, body: bodies.get(fact.number) }));
    }),
  );
}
