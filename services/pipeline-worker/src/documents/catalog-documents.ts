import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { SwitchyardClient } from "@switchyard/client";
import { reasonOf } from "@switchyard/errors";
import type { DeclaredCollection } from "@switchyard/pipeline-model";
import {
  type DocumentWriteSchema,
  type ExpectationSchema,
  FieldCondition_Operator,
} from "@switchyard/proto/switchyard/catalog/v1/catalog_service_pb";
import type { Document } from "@switchyard/proto/switchyard/catalog/v1/document_pb";
import {
  type Condition,
  DocumentConflict,
  type DocumentQuery,
  type DocumentStore,
  type DocumentWrite,
  type Expected,
  type StoredDocument,
} from "./document-store.js";

const operators: Readonly<Record<NonNullable<Condition["is"]>, FieldCondition_Operator>> = {
  equal: FieldCondition_Operator.EQUAL,
  "not-equal": FieldCondition_Operator.NOT_EQUAL,
  less: FieldCondition_Operator.LESS,
  "less-or-equal": FieldCondition_Operator.LESS_OR_EQUAL,
  greater: FieldCondition_Operator.GREATER,
  "greater-or-equal": FieldCondition_Operator.GREATER_OR_EQUAL,
  present: FieldCondition_Operator.PRESENT,
  matches: FieldCondition_Operator.MATCHES,
};

/** Reasons that say that somebody else was there first. */
const conflicts = new Set(["REVISION_MISMATCH", "PRECONDITION_FAILED", "ALREADY_EXISTS", "DOCUMENT_NOT_FOUND"]);

/** Changes of one document that are tried anew when others write it at the same time. */
const maxUpdates = 20;

/** The documents of a namespace, as one run uses them. */
export function createDocumentStore(
  catalog: SwitchyardClient["catalog"],
  namespace: string,
  signal: AbortSignal,
): DocumentStore {
  const options = { signal };

  async function write(writes: readonly DocumentWrite[]): Promise<bigint[]> {
    const request = { namespace, writes: writes.map(toWrite) };
    const { results } = await catalog.writeDocuments(request, options).catch((error: unknown) => {
      throw conflicts.has(reasonOf(error)) ? new DocumentConflict((error as Error).message, { cause: error }) : error;
    });
    return results.map(({ revision }) => revision);
  }

  async function get<T>(collection: DeclaredCollection, key: string): Promise<StoredDocument<T> | undefined> {
    const request = { namespace, collection: collection.name, by: { case: "key" as const, value: key } };
    const { document } = await catalog.getDocument(request, options).catch((error: unknown) => {
      if (reasonOf(error) === "DOCUMENT_NOT_FOUND") return { document: undefined };
      throw error;
    });
    return document === undefined ? undefined : fromDocument<T>(document);
  }

  return {
    get,
    async batchGet<T>(collection: DeclaredCollection, keys: readonly string[]) {
      const found: StoredDocument<T>[] = [];
      for (let at = 0; at < keys.length; at += 1_000) {
        const request = { namespace, collection: collection.name, keys: keys.slice(at, at + 1_000) };
        const { documents } = await catalog.batchGetDocuments(request, options);
        found.push(...documents.map((document) => fromDocument<T>(document)));
      }
      return found;
    },
    async list<T>(collection: DeclaredCollection, query: DocumentQuery = {}) {
      const { where = [], orderBy, descending = false, limit = Number.POSITIVE_INFINITY } = query;
      const found: StoredDocument<T>[] = [];
      let pageToken = "";
      do {
        const page = await catalog.listDocuments(
          {
            ...{ namespace, collection: collection.name, pageToken },
            where: where.map(toCondition),
            orderBy: orderBy === undefined ? [] : [{ field: orderBy, descending }],
            pageSize: Math.min(limit - found.length, 1_000),
          },
          options,
        );
        found.push(...page.documents.map((document) => fromDocument<T>(document)));
        pageToken = page.nextPageToken;
      } while (pageToken !== "" && found.length < limit);
      return found;
    },
    async put(collection, key, body, more = {}) {
      const [revision = 0n] = await write([{ collection, key, put: body, ...more }]);
      return revision;
    },
    async patch(collection, key, patch, more = {}) {
      const [revision = 0n] = await write([{ collection, key, patch, ...more }]);
      return revision;
    },
    async write(writes) {
      await write(writes);
    },
    async update<T extends object>(
      collection: DeclaredCollection,
      key: string,
      change: (body: T | undefined) => T | undefined,
    ) {
      for (let tries = 1; ; tries++) {
        const found = await get<T>(collection, key);
        const body = change(found?.body);
        if (body === undefined) return found?.body;
        const expect = found === undefined ? { absent: true } : { revision: found.revision };
        try {
          await write([{ collection, key, put: body, expect }]);
          return body;
        } catch (error) {
          if (!(error instanceof DocumentConflict) || tries === maxUpdates) throw error;
        }
      }
    },
  };
}

function fromDocument<T>({ key, body, revision }: Document): StoredDocument<T> {
  return { key, body: JSON.parse(new TextDecoder().decode(body)) as T, revision };
}

function toCondition({ field, is = "equal", values = [] }: Condition) {
  return { field, operator: operators[is], values: values.map((value) => JSON.stringify(value)) };
}

function toWrite(write: DocumentWrite): MessageInitShape<typeof DocumentWriteSchema> {
  const { collection, key, expect } = write;
  const named = { collection: collection.name, key, ...(expect && { expect: toExpectation(expect) }) };
  if ("remove" in write) return { ...named, operation: { case: "delete", value: {} } };
  if ("put" in write) {
    const expireTime = write.expireTime && { expireTime: timestampFromDate(write.expireTime) };
    return { ...named, operation: { case: "put", value: { body: toBytes(write.put), ...expireTime } } };
  }
  const { patch, upsert = false } = write;
  return { ...named, operation: { case: "patch", value: { mergePatch: toBytes(patch), upsert } } };
}

function toExpectation({ revision, absent, present, fields }: Expected): MessageInitShape<typeof ExpectationSchema> {
  return {
    ...(revision === undefined ? {} : { revision }),
    ...(absent === undefined ? {} : { absent }),
    ...(present === undefined ? {} : { present }),
    fields: Object.fromEntries(Object.entries(fields ?? {}).map(([name, value]) => [name, JSON.stringify(value)])),
  };
}

function toBytes(body: object): Uint8Array {
  return Buffer.from(JSON.stringify(body));
}
