import { AgedMap } from "@switchyard/collections";
import { unpackSerials } from "../../store/request-rows.js";
import type { RequestRow } from "../../store/load-shard.js";
import type { ShardStore } from "../../store/shard-store.js";
import type { Namespace } from "../core/namespace.js";
import { isRecentUuid7, requestDays, requestWindowMs } from "../core/request-day.js";
import type { RequestRecord, Write } from "../core/writes.js";

/** A call or item that was made before. */
export interface KnownRequest {
  readonly fingerprint: Uint8Array | undefined;
  /** The jobs that stand for the items, in their order. */
  readonly serials: readonly number[];
  /** The write that stores it, while that is on the way. */
  readonly write: Write | undefined;
}

interface Remembered extends KnownRequest {
  readonly at: number;
  write: Write | undefined;
}

/**
 * The calls of the last minutes that carried a request id. Most repeats come within seconds and are answered from here; ids that could be older are
 * looked up in the table. A UUIDv7 made in the last minutes by a clock that is right can't be older than this memory, which spares the
 * look-up; the table's primary key is the guard for clocks that are wrong.
 */
export class RequestMemory {
  readonly #known = new AgedMap<string, Remembered>();

  constructor(
    private readonly memoryMs: number,
    loaded: readonly RequestRow[],
    private readonly trustTimes = true,
  ) {
    for (const row of loaded) {
      const { fingerprint, serials, n, created_ms: at } = row;
      this.#known.set(key(row.ns, row.request_key), {
        fingerprint: fingerprint ?? undefined,
        serials: unpackSerials(serials, n),
        at,
        write: undefined,
      });
    }
  }

  /** Reads the table for those of the keys that may be older than the memory. */
  async read(
    store: Pick<ShardStore, "findRequests">,
    space: Namespace,
    now: number,
    keys: readonly string[],
  ): Promise<ReadonlyMap<string, KnownRequest>> {
    const unknown = keys.filter(
      (k) => !this.#known.has(key(space.id, k)) && !(this.trustTimes && isRecentUuid7(k, now)),
    );
    if (unknown.length === 0) return nothing;
    const since = now - requestWindowMs;
    const rows = await store.findRequests(space.id, requestDays(since, now), since, unknown);
    return new Map(
      rows.map(({ request_key, fingerprint, serials, n }) => [
        request_key,
        { fingerprint: fingerprint ?? undefined, serials: unpackSerials(serials, n), write: undefined },
      ]),
    );
  }

  /**
   * What is known of the keys, by key: what was read, and what memory says now. Decide in the same turn, since others decide too: two calls with
   * one key that were both told that it is new would be stored twice, which ends the term.
   */
  known(
    space: Namespace,
    keys: readonly string[],
    read: ReadonlyMap<string, KnownRequest>,
  ): ReadonlyMap<string, KnownRequest> {
    // Copied only for a repeat, which few calls are.
    let found: Map<string, KnownRequest> | undefined;
    for (const k of keys) {
      const known = this.#known.get(key(space.id, k));
      if (!known) continue;
      found ??= new Map(read);
      found.set(k, known);
    }
    return found ?? read;
  }

  /** A noted write is durable. It is let go, with all the inputs that it carries. */
  stored(records: readonly RequestRecord[]): void {
    for (const { space, key: k } of records) {
      const known = this.#known.get(key(space.id, k));
      if (known) known.write = undefined;
    }
  }

  /** Notes what a write is about to store, and forgets what is too old. */
  note(records: readonly RequestRecord[], write: Write, now: number): void {
    for (const { space, key: k, fingerprint, serials } of records) {
      this.#known.set(key(space.id, k), { fingerprint, serials, at: now, write });
    }
    const since = now - this.memoryMs;
    for (let oldest = this.#known.oldest(); oldest && oldest[1].at <= since; oldest = this.#known.oldest())
      this.#known.delete(oldest[0]);
  }
}

const nothing: ReadonlyMap<string, KnownRequest> = new Map();

function key(ns: number, requestKey: string): string {
  return `${ns}:${requestKey}`;
}
