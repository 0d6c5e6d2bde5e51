import type { OwnerDirectory } from "@switchyard/client";

/** What tells in which shard a namespace lives. */
export type ShardFinder = Pick<OwnerDirectory, "shardOf" | "locate">;

/**
 * One lane for each shard, made when it is first needed. What is gathered for one shard leaves without regard to the others, so that a shard whose owner
 * is away holds up nobody else's runners.
 */
export class ShardLanes<Lane> {
  readonly #shards: ShardFinder;
  readonly #make: () => Lane;
  readonly #lanes = new Map<number, Lane>();

  constructor(shards: ShardFinder, make: () => Lane) {
    this.#shards = shards;
    this.#make = make;
  }

  /**
   * The lane of a namespace's shard: at once when that is known, which is nearly always, else when it has been located.
   * @throws ConnectError when the namespace is not known and no replica of the scheduler answers
   */
  of(namespace: string): Lane | Promise<Lane> {
    const shard = this.#shards.shardOf(namespace);
    return shard === undefined ? this.#shards.locate(namespace).then((found) => this.#at(found)) : this.#at(shard);
  }

  /** The lane of a namespace's shard, if both are known. */
  known(namespace: string): Lane | undefined {
    const shard = this.#shards.shardOf(namespace);
    return shard === undefined ? undefined : this.#lanes.get(shard);
  }

  /** All that were made. */
  all(): Iterable<Lane> {
    return this.#lanes.values();
  }

  #at(shard: number): Lane {
    let lane = this.#lanes.get(shard);
    if (lane === undefined) {
      lane = this.#make();
      this.#lanes.set(shard, lane);
    }
    return lane;
  }
}
