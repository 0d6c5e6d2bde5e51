import type { Logger } from "pino";
import type { StoredCollection } from "../../store/collections.js";
import type { Db } from "../../store/database.js";
import { CollectionMemory } from "./collection-memory.js";

/** Age at which notes of changes are thrown away, and with them what was not used since. */
export const changesKeptMs = 15 * 60_000;
/** A collection is not loaded again sooner, whatever became of it. */
const defaultPauseMs = 60_000;

/** What memories are made from. */
export interface MemoriesOptions {
  readonly db: Db;
  readonly logger: Logger;
  /** All of them together; 0 keeps nothing in memory. */
  readonly mostBytes: number;
  /** Collections that never had so many documents are not worth it. */
  readonly leastDocuments: number;
  /** From one load of a collection to the next one at least. Default a minute. */
  readonly pauseMs?: number;
}

/** The collections that this replica holds in memory. */
export interface Memories {
  /** The memory of a collection, when it is there. */
  find(namespace: string, name: string): CollectionMemory | undefined;
  /** Tells that a collection's memory would have been of use; it is loaded meanwhile. Does nothing where that is not worth it. */
  want(namespace: string, collection: StoredCollection): void;
  /** Gives up a memory that is of no more use. */
  drop(namespace: string, name: string, memory: CollectionMemory): void;
  /** Gives up what nobody has used for so long that it could hardly follow. */
  dropUnused(): void;
  /** Bytes in memory. */
  readonly bytes: number;
  /** Collections in memory. */
  readonly count: number;
  /** Returns when nothing is being loaded. */
  settle(): Promise<void>;
}

interface Held {
  readonly memory: CollectionMemory;
  usedAtMs: number;
}

/** Makes an empty set of memories. */
export function createMemories(options: MemoriesOptions): Memories {
  const { db, logger, mostBytes, leastDocuments, pauseMs = defaultPauseMs } = options;
  /** The one that was used last is the last one. */
  const held = new Map<string, Held>();
  const loading = new Map<string, Promise<void>>();
  const loadedAtMs = new Map<string, number>();
  const idOf = (namespace: string, name: string) => JSON.stringify([namespace, name]);

  const heldBytes = () => [...held.values()].reduce((sum, { memory }) => sum + memory.bytes, 0);
  const makeRoom = () => {
    let bytes = heldBytes();
    for (const [id, { memory }] of held) {
      if (bytes <= mostBytes) return;
      bytes -= memory.bytes;
      held.delete(id);
    }
  };

  const load = async (id: string, collection: StoredCollection) => {
    const from = performance.now();
    try {
      const memory = await CollectionMemory.load(db, collection.id, mostBytes);
      if (memory !== undefined) held.set(id, { memory, usedAtMs: Date.now() });
      makeRoom();
      const facts = { collection: collection.name, tookMs: Math.round(performance.now() - from), bytes: memory?.bytes };
      logger.debug(
        facts,
        memory === undefined ? "a collection does not fit into memory" : "holding a collection in memory",
      );
    } catch (error) {
      logger.warn({ err: error, collection: collection.name }, "a collection could not be read into memory");
    } finally {
      loading.delete(id);
    }
  };

  return {
    find(namespace, name) {
      const id = idOf(namespace, name);
      const entry = held.get(id);
      if (entry === undefined) return undefined;
      entry.usedAtMs = Date.now();
      held.delete(id);
      held.set(id, entry);
      return entry.memory;
    },
    want(namespace, collection) {
      const id = idOf(namespace, collection.name);
      if (mostBytes === 0 || collection.lastNumber < leastDocuments || held.has(id) || loading.has(id)) return;
      if (Date.now() - (loadedAtMs.get(id) ?? Number.NEGATIVE_INFINITY) < pauseMs) return;
      loadedAtMs.set(id, Date.now());
      loading.set(id, load(id, collection));
    },
    drop(namespace, name, memory) {
      const id = idOf(namespace, name);
      if (held.get(id)?.memory === memory) held.delete(id);
    },
    dropUnused() {
      const now = Date.now();
      for (const [id, { usedAtMs }] of held) if (now - usedAtMs > changesKeptMs) held.delete(id);
      for (const [id, at] of loadedAtMs) if (now - at > pauseMs) loadedAtMs.delete(id);
      makeRoom();
    },
    get bytes() {
      return heldBytes();
    },
    get count() {
      return held.size;
    },
    async settle() {
      await Promise.all(loading.values());
    },
  };
}
