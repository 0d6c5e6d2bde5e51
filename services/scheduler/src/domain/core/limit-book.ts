import { LimitKey, type LimitSpec, unlimited } from "./limit-key.js";

/** A limit as it is stored: for one key, or, ending in `*`, for all that begin so. */
export interface StoredLimit extends LimitSpec {
  readonly key: string;
  /** Level of the tokens at a time, where it was stored. */
  readonly tokens?: number;
  readonly tokensAt?: number;
}

/** Rate keys are looked through for those that can be forgotten when there are this many, and whenever their number has doubled. */
const manyKeys = 1_024;

/** The limits of a namespace and the keys that are in use. */
export class LimitBook {
  readonly limits = new Map<string, LimitSpec>();
  readonly #keys = { concurrency: new Map<string, LimitKey>(), rate: new Map<string, LimitKey>() };
  /** Lengths of the beginnings that have a limit, the longest first. */
  #lengths: number[] = [];
  #sweepAt = manyKeys;

  constructor(stored: readonly StoredLimit[]) {
    for (const { key, seats, ratePerSecond, burst } of stored) this.#put(key, { seats, ratePerSecond, burst });
    this.#noteLengths();
    for (const { key: name, tokens, tokensAt } of stored) {
      if (tokens === undefined || tokensAt === undefined) continue;
      const key = this.key("rate", name);
      key.tokens = tokens;
      key.tokensAt = tokensAt;
    }
    this.#dropFullKeys();
  }

  /** A key by name; made when it is first named. */
  key(sort: "concurrency" | "rate", name: string): LimitKey {
    const known = this.#keys[sort].get(name);
    if (known) return known;
    if (sort === "rate" && this.#keys.rate.size >= this.#sweepAt) this.#dropFullKeys();
    const key = new LimitKey(name, sort);
    key.limitTo(this.specOf(name), 0);
    this.#keys[sort].set(name, key);
    return key;
  }

  /** The keys in use. */
  *keys(): IterableIterator<LimitKey> {
    yield* this.#keys.concurrency.values();
    yield* this.#keys.rate.values();
  }

  /** A key in use. */
  find(sort: "concurrency" | "rate", name: string): LimitKey | undefined {
    return this.#keys[sort].get(name);
  }

  /** Forgets a concurrency key that no job names any more. A rate key remembers what was spent, and goes some time after it is full again. */
  drop(key: LimitKey): void {
    if (key.sort === "concurrency" && key.waiting === 0 && key.holders.size === 0)
      this.#keys.concurrency.delete(key.name);
  }

  /** Sets or, without seats and rate, removes limits; returns the keys in use that they change. */
  set(limits: readonly { readonly key: string; readonly spec: LimitSpec }[], now: number): LimitKey[] {
    for (const { key, spec } of limits) this.#put(key, spec);
    this.#noteLengths();
    const changed: LimitKey[] = [];
    for (const key of this.#named(limits.map((limit) => limit.key))) {
      const present = this.specOf(key.name);
      if (present === key.spec) continue;
      key.limitTo(present, now);
      changed.push(key);
    }
    return changed;
  }

  /** The limit of a key: its own, else that of the longest beginning. */
  specOf(name: string): LimitSpec {
    const own = this.limits.get(name);
    if (own) return own;
    for (const length of this.#lengths) {
      const spec = length <= name.length ? this.limits.get(`${name.slice(0, length)}*`) : undefined;
      if (spec) return spec;
    }
    return unlimited;
  }

  #put(name: string, spec: LimitSpec): void {
    if (spec.seats === undefined && spec.ratePerSecond === undefined) this.limits.delete(name);
    else this.limits.set(name, spec);
  }

  #noteLengths(): void {
    const beginnings = [...this.limits.keys()].filter((name) => name.endsWith("*"));
    this.#lengths = [...new Set(beginnings.map((name) => name.length - 1))].sort((a, b) => b - a);
  }

  /** The keys in use that limits of these names could concern. */
  #named(names: readonly string[]): LimitKey[] {
    if (names.some((name) => name.endsWith("*"))) return [...this.keys()];
    return names.flatMap((name) => [this.find("concurrency", name) ?? [], this.find("rate", name) ?? []].flat());
  }

  /** Forgets the rate keys that no job names and that are full again: they would be made anew just so. */
  #dropFullKeys(): void {
    const { rate } = this.#keys;
    let latest = 0;
    for (const { tokensAt } of rate.values()) latest = Math.max(latest, tokensAt);
    for (const [name, key] of rate) if (key.waiting === 0 && !key.refillTimer && key.isFull(latest)) rate.delete(name);
    this.#sweepAt = Math.max(manyKeys, 2 * rate.size);
  }
}
