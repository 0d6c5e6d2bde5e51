import type { Clock } from "@switchyard/clock";
import type { ShardRow } from "../../store/shard-rows.js";
import type { ShardDatabase } from "./databases.js";

/** A shard as it was seen last. */
export interface SeenShard extends Omit<ShardRow, "leftMs"> {
  /** When the owner's lease ends, on this process's steady clock, ms. */
  readonly aliveUntil: number;
  readonly database: ShardDatabase;
  /** Looks that were begun before this are older news. */
  readonly look: number;
}

/** What a replica knows of all shards, from its looks at their rows and from what it did itself. */
export class SeenShards {
  readonly #clock: Clock;
  readonly #self: string;
  readonly #seen = new Map<number, SeenShard>();
  #numbers: readonly number[] = [];
  #looks = 0;

  /** @param self the replica that looks */
  constructor(clock: Clock, self: string) {
    this.#clock = clock;
    this.#self = self;
  }

  /** The numbers of all shards, rising. */
  get numbers(): readonly number[] {
    return this.#numbers;
  }

  /** All shards, in no certain order. */
  all(): IterableIterator<SeenShard> {
    return this.#seen.values();
  }

  /** A shard as it was seen last. */
  get(shard: number): SeenShard | undefined {
    return this.#seen.get(shard);
  }

  /** A look begins; returns its number. */
  beginLook(): number {
    return ++this.#looks;
  }

  /** Takes in what a look has found in a database. What was learned since it began stands. */
  noteRows(look: number, database: ShardDatabase, rows: readonly ShardRow[]): void {
    const now = this.#clock.monotonicMs();
    for (const { leftMs, ...row } of rows)
      if ((this.#seen.get(row.shard)?.look ?? 0) <= look)
        this.#note({ ...row, aliveUntil: now + leftMs, database, look });
  }

  /** This replica knows better than its last look: a shard has this owner, for so many milliseconds at least. */
  noteOwner(
    shard: number,
    change: Pick<SeenShard, "owner" | "address"> & { readonly epoch?: number },
    ms: number,
  ): void {
    const seen = this.#seen.get(shard);
    if (seen) this.#note({ ...seen, ...change, aliveUntil: this.#clock.monotonicMs() + ms, look: this.beginLook() });
  }

  /** Whether a shard has an owner whose lease has not ended. */
  isAlive({ owner, aliveUntil }: SeenShard): boolean {
    return owner !== "" && aliveUntil > this.#clock.monotonicMs();
  }

  /** Whether every shard has an owner whose lease has not ended. */
  areAllAlive(): boolean {
    return [...this.#seen.values()].every((seen) => this.isAlive(seen));
  }

  /** Whether a shard has such an owner, and it is another replica. */
  isOthers(seen: SeenShard): boolean {
    return seen.owner !== this.#self && this.isAlive(seen);
  }

  /** The address of another replica that owns a shard; undefined while none can be reached. */
  addressOf(shard: number): string | undefined {
    const seen = this.#seen.get(shard);
    return seen && this.isOthers(seen) ? seen.address || undefined : undefined;
  }

  /** Other replicas whose leases have ended while they owned a shard: they are dead, whatever else they said before. */
  letLie(): ReadonlySet<string> {
    const owners = new Set<string>();
    for (const seen of this.#seen.values())
      if (seen.owner !== "" && seen.owner !== this.#self && !this.isAlive(seen)) owners.add(seen.owner);
    return owners;
  }

  /** How long until the next lease of another replica ends, ms; `atMost` when none does before. */
  nextEndMs(atMost: number): number {
    const now = this.#clock.monotonicMs();
    let next = atMost;
    for (const seen of this.#seen.values()) if (this.isOthers(seen)) next = Math.min(next, seen.aliveUntil - now);
    return next;
  }

  #note(seen: SeenShard): void {
    const isNew = !this.#seen.has(seen.shard);
    this.#seen.set(seen.shard, seen);
    if (isNew) this.#numbers = [...this.#seen.keys()].sort((a, b) => a - b);
  }
}
