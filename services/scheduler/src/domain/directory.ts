import type { Clock } from "@switchyard/clock";
import { SwitchyardError } from "@switchyard/errors";
import { createJobIdCodec, type JobIdCodec, type JobKey } from "../ids/job-id.js";
import { Namespace } from "./core/namespace.js";
import type { ShardTerm } from "./shard/shard-term.js";
import { isNamespaceName, type Locator } from "./sharding/locator.js";
import { livesElsewhere, notOwner } from "./sharding/not-owner.js";
import type { Tenure } from "./sharding/tenure.js";

/** A namespace within the term that is in force. */
export interface Place {
  readonly term: ShardTerm;
  readonly space: Namespace;
  readonly ids: JobIdCodec;
}

/** Finds the term and the namespace for a call. What lives with another owner is refused with `NOT_OWNER`, and nothing was done. */
export interface Directory {
  /** For writes: a namespace that is new is made. */
  open(namespace: string): Promise<Place>;
  /** For reads: undefined when the namespace has never been used. */
  find(namespace: string): Promise<Place | undefined>;
  /** The term of a shard. */
  shard(number: number): Promise<ShardTerm>;
  /** The codec of a namespace. */
  ids(namespace: string): JobIdCodec;
  /** The time, ms since 1970. */
  now(): number;
}

/** The shards of this replica. */
export interface ShardsHere {
  /** The numbers of all shards, here or elsewhere. */
  readonly shards: readonly number[];
  /** This replica's ownership of a shard. */
  tenure(
    shard: number,
  ): (Pick<Tenure, "current"> & { readonly owner: { readonly term: ShardTerm | undefined } }) | undefined;
  /** There is more in a shard of this replica than its term knows of: begins to load it anew, unless that goes on already. */
  loadAnew(shard: number): void;
}

/** Where namespaces live. */
export type Places = Pick<Locator, "known" | "locate" | "placed" | "place" | "move" | "adopt">;

/** Creates a directory over the shards of this replica. */
export function createDirectory(keeper: ShardsHere, locator: Places, idKey: Uint8Array, clock: Clock): Directory {
  const codecs = new Map<string, JobIdCodec>();
  const making = new Map<string, Promise<void>>();

  function ids(namespace: string): JobIdCodec {
    let codec = codecs.get(namespace);
    if (!codec) {
      codec = createJobIdCodec(idKey, namespace);
      codecs.set(namespace, codec);
    }
    return codec;
  }

  async function shard(number: number): Promise<ShardTerm> {
    const tenure = keeper.tenure(number);
    if (!tenure) throw notOwner(number);
    const term = tenure.owner.term ?? (await tenure.current());
    term.assertValid();
    return term;
  }

  async function termOf(namespace: string): Promise<ShardTerm> {
    const number = locator.known(namespace) ?? (await locator.locate(namespace));
    if (!keeper.tenure(number)) throw livesElsewhere(namespace, number);
    return shard(number);
  }

  async function find(namespace: string): Promise<Place | undefined> {
    const term = await termOf(namespace);
    // Not known here is not the same as never used: it may have been moved.
    if (!term.state.spaces.has(namespace) && keeper.shards.length > 1) await assertNotMoved(term, namespace);
    const space = term.state.spaces.get(namespace);
    return space && { term, space, ids: ids(namespace) };
  }

  /** @throws SwitchyardError `NOT_OWNER` with the shard that a namespace has been moved to, or of this one while it is not loaded yet. */
  async function assertNotMoved(term: ShardTerm, namespace: string): Promise<void> {
    const { shard: mine } = term.term;
    const placed = await locator.placed(namespace);
    if (placed === undefined) return;
    // A move that broke off in the middle: what it has brought from another database is there and was not taken in; within a database the namespace's own row counts.
    if (placed === mine) await locator.adopt(namespace, mine);
    const stored = await term.store.shardOfRow(namespace);
    if (stored !== undefined && placed === mine && stored !== mine) await locator.move(namespace, stored);
    assertHere(term, namespace, stored ?? placed);
    if (stored === mine && !term.state.spaces.has(namespace)) await loaded(term, namespace);
  }

  /**
   * Waits for a namespace that is stored in a shard of this replica and not in memory: it is being made by another call; or it has come from another shard; or
   * the answer to the statement that made it was lost.
   *
   * @throws SwitchyardError `NOT_OWNER` while the shard is loaded anew: whoever has routed the call looks again in a moment
   */
  async function loaded(term: ShardTerm, namespace: string): Promise<void> {
    await making.get(makingKey(term, namespace))?.catch(() => undefined);
    if (term.state.spaces.has(namespace)) return;
    keeper.loadAnew(term.term.shard);
    throw notOwner(term.term.shard);
  }

  async function make(term: ShardTerm, namespace: string): Promise<void> {
    assertHere(term, namespace, await locator.place(namespace, term.term.shard));
    const { id, shard: stored } = await term.store.ensureNamespace(namespace, term.term.shard);
    assertHere(term, namespace, stored);
    if (term.state.spaces.has(namespace)) return;
    term.state.spaces.set(
      namespace,
      new Namespace(
        { id, name: namespace, lastSerial: 0, lastCreatedMicros: 0, shapes: [], queues: [], limits: [], marks: [] },
        term.state.timers,
        term.state.standard,
      ),
    );
  }

  return {
    ids,
    shard,
    now: () => clock.now(),
    find,
    async open(namespace) {
      const place = await find(namespace);
      if (place) return place;
      checkNamespace(namespace);
      const term = await termOf(namespace);
      // Callers that arrive together make it once.
      const key = makingKey(term, namespace);
      const made = making.get(key) ?? make(term, namespace).finally(() => making.delete(key));
      making.set(key, made);
      await made;
      const space = term.state.spaces.get(namespace) as Namespace;
      return { term, space, ids: ids(namespace) };
    },
  };
}

function makingKey({ term: { shard, epoch } }: ShardTerm, namespace: string): string {
  return `${shard}/${epoch}:${namespace}`;
}

/** Reads a job's id. @throws SwitchyardError `MALFORMED_ID` for one that this installation has not made for the namespace. */
export function decodeId(ids: JobIdCodec, id: string): JobKey {
  const key = ids.decode(id);
  if (!key)
    throw new SwitchyardError("MALFORMED_ID", `"${id.slice(0, 64)}" is not the id of a job of this namespace`, {
      id: id.slice(0, 64),
    });
  return key;
}

/** The error of a job that is not there. */
export function jobNotFound(id: string): SwitchyardError {
  return new SwitchyardError("JOB_NOT_FOUND", `there is no job ${id}`, { job_id: id });
}

function assertHere(term: ShardTerm, namespace: string, shard: number | undefined): void {
  if (shard !== undefined && shard !== term.term.shard) throw livesElsewhere(namespace, shard);
}

function checkNamespace(name: string): void {
  if (isNamespaceName(name)) return;
  throw new SwitchyardError(
    "INVALID_ARGUMENT",
    "namespace: 1 to 63 lower-case letters, digits, dots, dashes or underscores",
    { field: "namespace" },
  );
}
