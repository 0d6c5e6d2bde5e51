import type { Clock } from "@switchyard/clock";
import { SwitchyardError } from "@switchyard/errors";
import { createJobIdCodec, type JobIdCodec, type JobKey } from "../ids/job-id.js";
import { Namespace } from "./core/namespace.js";
import type { ShardOwner } from "./shard/shard-owner.js";
import type { ShardTerm } from "./shard/shard-term.js";

/** A namespace within the term that is in force. */
export interface Place {
  readonly term: ShardTerm;
  readonly space: Namespace;
  readonly ids: JobIdCodec;
}

/** Finds the term and the namespace for a call. */
export interface Directory {
  /** For writes: a namespace that is new is made. */
  open(namespace: string): Promise<Place>;
  /** For reads: undefined when the namespace has never been used. */
  find(namespace: string): Promise<Place | undefined>;
  /** The codec of a namespace. */
  ids(namespace: string): JobIdCodec;
  /** The time, ms since 1970. */
  now(): number;
}

/** Creates a directory over one shard. */
export function createDirectory(owner: ShardOwner, idKey: Uint8Array, clock: Clock): Directory {
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

  async function find(namespace: string): Promise<Place | undefined> {
    const term = await owner.current();
    term.assertValid();
    const space = term.state.spaces.get(namespace);
    return space && { term, space, ids: ids(namespace) };
  }

  async function make(term: ShardTerm, namespace: string): Promise<void> {
    const { id } = await term.store.ensureNamespace(namespace, term.term.shard);
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
    now: () => clock.now(),
    find,
    async open(namespace) {
      const place = await find(namespace);
      if (place) return place;
      checkNamespace(namespace);
      const term = await owner.current();
      // Callers that arrive together make it once.
      const key = `${term.term.epoch}:${namespace}`;
      const made = making.get(key) ?? make(term, namespace).finally(() => making.delete(key));
      making.set(key, made);
      await made;
      const space = term.state.spaces.get(namespace) as Namespace;
      return { term, space, ids: ids(namespace) };
    },
  };
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

function checkNamespace(name: string): void {
  if (/^[a-z0-9][a-z0-9._-]{0,62}$/.test(name)) return;
  throw new SwitchyardError(
    "INVALID_ARGUMENT",
    "namespace: 1 to 63 lower-case letters, digits, dots, dashes or underscores",
    { field: "namespace" },
  );
}
