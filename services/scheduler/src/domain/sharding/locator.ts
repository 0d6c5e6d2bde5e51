import type { ControlStore } from "../../store/control-store.js";
import { shardFor } from "./rendezvous.js";

type Adopt = (namespace: string, shard: number) => Promise<void>;
type Placements = Pick<ControlStore, "findPlacement" | "movePlacement" | "place">;

/**
 * Finds the shard of a namespace. Placements are kept in memory once they were read: they change only when a namespace is moved, and then the shard that it has
 * left says so. With one shard nothing is ever looked up.
 */
export class Locator {
  readonly #home: Placements;
  readonly #shards: () => readonly number[];
  readonly #adopt: Adopt;
  readonly #known = new Map<string, number>();

  /**
   * @param shards the numbers of all shards
   * @param adopt see `adopt`; nothing has to be done with a single database
   */
  constructor(home: Placements, shards: () => readonly number[], adopt: Adopt = () => Promise.resolve()) {
    this.#home = home;
    this.#shards = shards;
    this.#adopt = adopt;
  }

  /** The shard of a namespace, as far as memory knows it. */
  known(namespace: string): number | undefined {
    const shards = this.#shards();
    return shards.length === 1 ? shards[0] : this.#known.get(namespace);
  }

  /** The shard of a namespace; of one that was never used, the one where its first use would make it. */
  async locate(namespace: string): Promise<number> {
    return this.known(namespace) ?? (await this.placed(namespace)) ?? shardFor(namespace, this.#shards());
  }

  /** Reads where a namespace lives, whatever memory says; undefined for one that was never used. */
  async placed(namespace: string): Promise<number | undefined> {
    const shard = isNamespaceName(namespace) ? await this.#home.findPlacement(namespace) : undefined;
    if (shard === undefined) this.#known.delete(namespace);
    else this.learn(namespace, shard);
    return shard;
  }

  /** Places a namespace in a shard, unless it lives somewhere already; returns where it lives. */
  async place(namespace: string, shard: number): Promise<number> {
    const placed = await this.#home.place(namespace, shard);
    this.learn(namespace, placed);
    return placed;
  }

  /** A namespace lives in another shard from now on. */
  async move(namespace: string, shard: number): Promise<void> {
    await this.#home.movePlacement(namespace, shard);
    this.learn(namespace, shard);
  }

  /** Takes in a namespace that a committed move has brought to the database of its shard, unless that was done before. */
  adopt(namespace: string, shard: number): Promise<void> {
    return this.#adopt(namespace, shard);
  }

  /** Somebody who must know has said where a namespace lives. */
  learn(namespace: string, shard: number): void {
    this.#known.set(namespace, shard);
  }
}

/** Whether a namespace can have this name: 1 to 63 lower-case letters, digits, dots, dashes or underscores. */
export function isNamespaceName(name: string): boolean {
  return /^[a-z0-9][a-z0-9._-]{0,62}$/.test(name);
}
