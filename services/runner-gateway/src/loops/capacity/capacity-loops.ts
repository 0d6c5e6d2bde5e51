import type { OwnerDirectory } from "@switchyard/client";
import { systemClock, type Timer } from "@switchyard/clock";
import { type CapacityLoop, type CapacityLoopDeps, createCapacityLoop } from "./capacity-loop.js";
import type { RunnerWish } from "./credit-book.js";

/** The conversations by which this gateway gets work: one with each shard that its runners' namespaces live in. */
export interface CapacityLoops {
  /** Notes what a runner can take now; told to its shard with the next call there. */
  state(wish: RunnerWish): void;
  /** Begins the conversations; returns at once. */
  start(): void;
  /** Takes all demand back and returns when the last leases have been delivered. */
  stop(): Promise<void>;
}

/** What {@link createCapacityLoops} needs. */
export interface CapacityLoopsDeps extends Omit<CapacityLoopDeps, "shard" | "onInterrupted"> {
  /** Knows in which shard a namespace lives. */
  readonly shards: Pick<OwnerDirectory, "shardOf" | "locate" | "lookUp" | "onMoved">;
  /** A conversation was broken, or a namespace moved: leases of these namespaces may have been granted that did not arrive. */
  readonly onInterrupted: (isConcerned: (namespace: string) => boolean) => void;
  /** How often is looked whether namespaces have moved and conversations are still needed. Default 5,000 ms. */
  readonly lookMs?: number;
}

interface ShardLoop {
  readonly loop: CapacityLoop;
  /** A runner stated something since the last look. */
  touched: boolean;
  /** Looks since then. */
  idleLooks: number;
}

/**
 * Looks without a word of a runner after which a conversation ends. Runners that are there call at least every 20 s, also when they can take
 * nothing: they must hear of revocations.
 */
const idleLooksToEnd = 24;
/** Wait before a namespace that could not be located is looked for again. */
const locateAgainMs = 200;

/**
 * Creates the conversations. Each runner's wish stands in one of them: that of the shard in which its namespace lives. When a namespace turns out to live
 * elsewhere, its wishes are taken back there and stated anew, and its runners name what they have.
 */
export function createCapacityLoops(deps: CapacityLoopsDeps): CapacityLoops {
  const { shards, lookMs = 5_000, clock = systemClock } = deps;
  const loops = new Map<number, ShardLoop>();
  /** The shard in whose loop the wishes of a namespace stand. */
  const homes = new Map<string, number>();
  /** Wishes whose namespace is being located, by namespace and runner. */
  const homeless = new Map<string, Map<string, RunnerWish>>();
  const ending = new Set<Promise<void>>();
  let looking: Timer | undefined;
  let started = false;
  let stopping = false;

  function loopOf(shard: number): ShardLoop {
    const known = loops.get(shard);
    if (known !== undefined) return known;
    const loop = createCapacityLoop({
      ...deps,
      shard,
      onInterrupted: () => deps.onInterrupted((namespace) => homes.get(namespace) === shard),
      onError(error) {
        // Perhaps a namespace has moved away.
        for (const [namespace, home] of homes) if (home === shard) shards.lookUp(namespace);
        deps.onError(error);
      },
    });
    const made = { loop, touched: true, idleLooks: 0 };
    loops.set(shard, made);
    if (started) loop.start();
    return made;
  }

  /** Sees to it that the wishes of a namespace stand in the loop of this shard. */
  function settle(namespace: string, shard: number): void {
    const home = homes.get(namespace);
    if (home === shard) return;
    homes.set(namespace, shard);
    if (home === undefined) return;
    const wishes = loops.get(home)?.loop.withdraw(namespace) ?? [];
    for (const wish of wishes) loopOf(shard).loop.state(wish);
    deps.onInterrupted((concerned) => concerned === namespace);
  }

  function state(wish: RunnerWish, shard: number): void {
    settle(wish.namespace, shard);
    const { loop } = touched(loopOf(shard));
    loop.state(wish);
  }

  /** Keeps a wish until its namespace is located. */
  function keep(wish: RunnerWish): void {
    const { namespace } = wish;
    const wishes = homeless.get(namespace);
    if (wishes !== undefined) {
      wishes.set(wish.runnerId, wish);
      return;
    }
    homeless.set(namespace, new Map([[wish.runnerId, wish]]));
    void house(namespace);
  }

  async function house(namespace: string): Promise<void> {
    try {
      const shard = await shards.locate(namespace);
      const wishes = homeless.get(namespace);
      homeless.delete(namespace);
      if (!stopping) for (const wish of wishes?.values() ?? []) state(wish, shard);
    } catch (error) {
      if (stopping) return;
      deps.onError(error);
      clock.setTimeout(() => stopping || void house(namespace), locateAgainMs).unref();
    }
  }

  shards.onMoved((namespace, _, to) => {
    if (!stopping && homes.has(namespace)) settle(namespace, to);
  });

  function look(): void {
    for (const [shard, shardLoop] of loops) {
      shardLoop.idleLooks = shardLoop.touched ? 0 : shardLoop.idleLooks + 1;
      shardLoop.touched = false;
      if (shardLoop.idleLooks < idleLooksToEnd) continue;
      loops.delete(shard);
      for (const [namespace, home] of homes) if (home === shard) homes.delete(namespace);
      const end: Promise<void> = shardLoop.loop.stop().finally(() => ending.delete(end));
      ending.add(end);
    }
    // What is old is looked up by that, and a move is told by `onMoved`.
    for (const namespace of homes.keys()) shards.shardOf(namespace);
  }

  return {
    state(wish) {
      if (stopping) return;
      const shard = shards.shardOf(wish.namespace);
      // Behind those of its namespace that wait, or an older wish would come after it.
      if (shard === undefined || homeless.has(wish.namespace)) keep(wish);
      else state(wish, shard);
    },
    start() {
      if (started) return;
      started = true;
      for (const { loop } of loops.values()) loop.start();
      looking = clock.setInterval(look, lookMs);
      looking.unref();
    },
    async stop() {
      stopping = true;
      clock.clearInterval(looking);
      await Promise.all([...ending, ...[...loops.values()].map(({ loop }) => loop.stop())]);
    },
  };
}

function touched(shardLoop: ShardLoop): ShardLoop {
  shardLoop.touched = true;
  return shardLoop;
}
