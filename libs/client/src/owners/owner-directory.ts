import { type Client, Code, ConnectError } from "@connectrpc/connect";
import { type Clock, systemClock } from "@switchyard/clock";
import { AgedMap } from "@switchyard/collections";
import type { NamespaceLocation, ShardService } from "@switchyard/proto/switchyard/scheduler/v1/shard_service_pb";

/** Where namespaces live and where the owners of their shards are, as far as that is known. */
export interface OwnerDirectory {
  /** The shard of a namespace; undefined when it is not known. What is old is answered and looked up anew meanwhile. */
  shardOf(namespace: string): number | undefined;
  /** Where the owner of a shard is reached: `host:port`, or empty for "as any replica"; undefined when it is not known. */
  addressOf(shard: number): string | undefined;
  /** Looks a namespace up, known or not, without waiting for it. Nobody is told of a failure; the next question tries again. */
  lookUp(namespace: string): void;
  /**
   * The shard of a namespace, looked up if need be.
   * @throws ConnectError when no replica answers
   */
  locate(namespace: string): Promise<number>;
  /** Notes that whoever is at an address did not answer as an owner. */
  forgetAddress(address: string): void;
  /** Calls back whenever a namespace turns out to live in another shard than before. */
  onMoved(listener: (namespace: string, from: number, to: number) => void): void;
  /** Ends the lookups under way. */
  close(): void;
}

/** What {@link createOwnerDirectory} needs. */
export interface OwnerDirectoryOptions {
  /** Any replica. */
  readonly shards: Client<typeof ShardService>;
  /**
   * Age at which what is used is looked up anew, in milliseconds. An outdated address costs a second hop until then, since the replica there forwards.
   * Default 10,000: one call in that time for up to 1,000 namespaces in use.
   */
  readonly maxAgeMs?: number;
  /** Namespaces that are remembered; the one that was looked up longest ago is forgotten first. Default 10,000. */
  readonly maxNamespaces?: number;
  /** Default: the machine's. */
  readonly clock?: Clock;
}

interface Entry {
  readonly shard: number;
  readonly askedMs: number;
}

interface Waiting {
  readonly resolve: (shard: number) => void;
  readonly reject: (error: unknown) => void;
}

const mostInOneCall = 1_000;
const timeoutMs = 5_000;
/** Pause after a lookup that failed, for those that nobody waits for. */
const afterFailureMs = 500;
/** For how long a scheduler that has no shards to tell of, or does not tell this caller, is not asked again. */
const unservedMs = 300_000;
const unserved: ReadonlySet<Code> = new Set([Code.Unimplemented, Code.PermissionDenied, Code.Unauthenticated]);

/**
 * Creates the directory. One lookup is under way at a time and carries every namespace that was asked for meanwhile.
 *
 * A scheduler from before there were several shards does not serve the question, and a token may not be allowed to ask it. Then
 * all is as with one shard, whose owner is reached as any replica is.
 */
export function createOwnerDirectory(options: OwnerDirectoryOptions): OwnerDirectory {
  const { shards, maxAgeMs = 10_000, maxNamespaces = 10_000, clock = systemClock } = options;
  const now = clock.monotonicMs;
  const entries = new AgedMap<string, Entry>();
  const addresses = new Map<number, string>();
  const wanted = new Map<string, Waiting[]>();
  const listeners: ((namespace: string, from: number, to: number) => void)[] = [];
  const closed = new AbortController();
  let asking = false;
  let unservedUntilMs = Number.NEGATIVE_INFINITY;
  let quietUntilMs = Number.NEGATIVE_INFINITY;

  const isUnserved = () => unservedUntilMs !== Number.NEGATIVE_INFINITY && now() < unservedUntilMs;

  function learn({ namespace, shard, address }: NamespaceLocation, askedMs: number): void {
    const before = entries.get(namespace);
    addresses.set(shard, address);
    entries.set(namespace, { shard, askedMs });
    if (before !== undefined && before.shard !== shard) {
      for (const tell of listeners) tell(namespace, before.shard, shard);
    }
  }

  function shrink(): void {
    while (entries.size > maxNamespaces) entries.delete((entries.oldest() as readonly [string, Entry])[0]);
  }

  async function askOnce(): Promise<void> {
    const batch = [...wanted.keys()].slice(0, mostInOneCall);
    const waiting = new Map(batch.map((namespace) => [namespace, wanted.get(namespace) ?? []]));
    const askedMs = now();
    try {
      const { locations } = await shards.locateNamespaces({ namespaces: batch }, { timeoutMs, signal: closed.signal });
      for (const location of locations) {
        learn(location, askedMs);
        for (const { resolve } of waiting.get(location.namespace) ?? []) resolve(location.shard);
        waiting.delete(location.namespace);
      }
      for (const all of waiting.values())
        for (const { reject } of all) reject(new Error("a namespace was not located"));
      shrink();
    } catch (error) {
      if (unserved.has(ConnectError.from(error).code)) unservedUntilMs = now() + unservedMs;
      else quietUntilMs = now() + afterFailureMs;
      for (const { resolve, reject } of [...waiting.values()].flat()) isUnserved() ? resolve(0) : reject(error);
    }
    for (const namespace of batch) wanted.delete(namespace);
  }

  async function pump(): Promise<void> {
    if (asking) return;
    asking = true;
    // At the end of this turn of the event loop, with what else is asked for in it.
    await new Promise<void>((resolve) => clock.setImmediate(resolve));
    while (wanted.size > 0) await askOnce();
    asking = false;
  }

  function want(namespace: string): Waiting[] {
    let waiting = wanted.get(namespace);
    if (waiting === undefined) {
      waiting = [];
      wanted.set(namespace, waiting);
      void pump();
    }
    return waiting;
  }

  function lookUp(namespace: string): void {
    if (closed.signal.aborted || isUnserved() || now() < quietUntilMs) return;
    want(namespace);
  }

  const directory: OwnerDirectory = {
    shardOf(namespace) {
      if (isUnserved()) return 0;
      const entry = entries.get(namespace);
      if (entry === undefined) return undefined;
      if (now() - entry.askedMs >= maxAgeMs) lookUp(namespace);
      return entry.shard;
    },
    addressOf: (shard) => (isUnserved() ? "" : addresses.get(shard)),
    lookUp,
    locate(namespace) {
      const known = directory.shardOf(namespace);
      if (known !== undefined) return Promise.resolve(known);
      return new Promise((resolve, reject) => want(namespace).push({ resolve, reject }));
    },
    forgetAddress(address) {
      for (const [shard, known] of addresses) if (known === address) addresses.delete(shard);
    },
    onMoved(listener) {
      listeners.push(listener);
    },
    close: () => closed.abort(),
  };
  return directory;
}
