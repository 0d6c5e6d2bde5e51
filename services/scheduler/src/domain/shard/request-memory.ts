import type { Pool } from "@switchyard/postgres";
import { unpackSerials } from "../../store/request-rows.js";
import { findRequests, type RequestRow } from "../../store/load-shard.js";
import type { Namespace } from "../core/namespace.js";
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
  readonly #known = new Map<string, Remembered>();

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
  async read(pool: Pool, space: Namespace, now: number, keys: readonly string[]): Promise<Map<string, KnownRequest>> {
    const unknown = keys.filter(
      (k) => !this.#known.has(key(space.id, k)) && !(this.trustTimes && isRecent(k, now, this.memoryMs / 2)),
    );
    const rows = unknown.length > 0 ? await findRequests(pool, space.id, unknown) : [];
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
    if (keys.length === 0) return read;
    const found = new Map(read);
    for (const k of keys) {
      const known = this.#known.get(key(space.id, k));
      if (known) found.set(k, known);
    }
    return found;
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
    // Insertion order is age.
    for (const [k, { at }] of this.#known) {
      if (at > now - this.memoryMs) break;
      this.#known.delete(k);
    }
  }
}

function key(ns: number, requestKey: string): string {
  return `${ns}:${requestKey}`;
}

/** Whether a key is a UUIDv7 (RFC 9562), behind the name of its sort, whose time is within `spanMs` of now. */
function isRecent(requestKey: string, now: number, spanMs: number): boolean {
  const text = requestKey.slice(requestKey.indexOf(":") + 1);
  if (!/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(text)) return false;
  const at = Number.parseInt(text.slice(0, 8) + text.slice(9, 13), 16);
  return Math.abs(at - now) < spanMs;
}
