import type { DeclaredCollection } from "@switchyard/pipeline-model";
import {
  type Body,
  DocumentConflict,
  type DocumentQuery,
  type DocumentStore,
  type DocumentWrite,
  type Expected,
  type StoredDocument,
} from "../../src/documents/document-store.js";

/** Documents in memory, for tests of handlers. Queries with conditions are not understood. */
export interface MemoryDocuments extends DocumentStore {
  /** The body of a document; undefined if it is not there. */
  body(collection: DeclaredCollection, key: string): Body | undefined;
  /** When a document ends, if its last write said so. */
  expiry(collection: DeclaredCollection, key: string): Date | undefined;
}

interface Kept {
  readonly body: Body;
  readonly revision: bigint;
  readonly expireTime: Date | undefined;
}

/** Makes a store with documents in it, by collection and key. */
export function memoryDocuments(
  first: Readonly<Record<string, Readonly<Record<string, object>>>> = {},
): MemoryDocuments {
  const kept = new Map<string, Kept>();
  const place = ({ name }: DeclaredCollection, key: string) => `${name}\0${key}`;
  let revision = 0n;
  for (const [name, documents] of Object.entries(first)) {
    for (const [key, body] of Object.entries(documents)) {
      kept.set(`${name}\0${key}`, { body: copy(body), revision: ++revision, expireTime: undefined });
    }
  }
  const stored = <T>(key: string, { body, revision: at }: Kept): StoredDocument<T> => ({
    key,
    body: copy(body) as T,
    revision: at,
  });

  function apply(write: DocumentWrite): void {
    const at = place(write.collection, write.key);
    const found = kept.get(at);
    if (!holds(found, write.expect)) throw new DocumentConflict(`${write.collection.name}/${write.key}`);
    if ("remove" in write) kept.delete(at);
    else if ("put" in write)
      kept.set(at, { body: copy(write.put), revision: ++revision, expireTime: write.expireTime });
    else {
      if (found === undefined && write.upsert !== true) throw new DocumentConflict(`no ${write.key}`);
      const body = merged(found?.body ?? {}, copy(write.patch)) as Body;
      kept.set(at, { body, revision: ++revision, expireTime: undefined });
    }
  }

  const store: MemoryDocuments = {
    body: (collection, key) => kept.get(place(collection, key))?.body,
    expiry: (collection, key) => kept.get(place(collection, key))?.expireTime,
    async get<T>(collection: DeclaredCollection, key: string) {
      const found = kept.get(place(collection, key));
      return found === undefined ? undefined : stored<T>(key, found);
    },
    async batchGet<T>(collection: DeclaredCollection, keys: readonly string[]) {
      const found = await Promise.all(keys.map((key) => store.get<T>(collection, key)));
      return found.filter((document) => document !== undefined);
    },
    async list<T>({ name }: DeclaredCollection, { where, orderBy, descending, limit }: DocumentQuery = {}) {
      if (where !== undefined) throw new Error("Conditions are not understood");
      if (orderBy !== undefined && orderBy !== "create_time") throw new Error("Only the order of creation is known");
      const found = [...kept].filter(([at]) => at.startsWith(`${name}\0`));
      if (descending === true) found.reverse();
      return found.slice(0, limit).map(([at, document]) => stored<T>(at.slice(name.length + 1), document));
    },
    async put(collection, key, put, more = {}) {
      apply({ collection, key, put, ...more });
      return revision;
    },
    async patch(collection, key, patch, more = {}) {
      apply({ collection, key, patch, ...more });
      return revision;
    },
    async write(writes) {
      for (const write of writes) apply(write);
    },
    async update<T extends object>(
      collection: DeclaredCollection,
      key: string,
      change: (body: T | undefined) => T | undefined,
    ) {
      const found = kept.get(place(collection, key));
      const body = change(found && (copy(found.body) as T));
      if (body !== undefined) apply({ collection, key, put: body });
      return body ?? (store.body(collection, key) as T | undefined);
    },
  };
  return store;
}

function holds(found: Kept | undefined, expect: Expected = {}): boolean {
  if (expect.absent === true && found !== undefined) return false;
  if (expect.present === true && found === undefined) return false;
  if (expect.revision !== undefined && expect.revision !== found?.revision) return false;
  return Object.entries(expect.fields ?? {}).every(([member, value]) => found?.body[member] === value);
}

function merged(body: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const result: Body = isObject(body) ? { ...body } : {};
  for (const [member, value] of Object.entries(patch)) {
    if (value === null) delete result[member];
    else result[member] = merged(result[member], value);
  }
  return result;
}

function isObject(value: unknown): value is Body {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function copy(body: object): Body {
  return JSON.parse(JSON.stringify(body)) as Body;
}
