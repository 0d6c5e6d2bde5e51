import { LimitKey, type LimitSpec, unlimited } from "./limit-key.js";

/** A limit as it is stored: for one key, or, ending in `*`, for all that begin so. */
export interface StoredLimit extends LimitSpec {
  readonly key: string;
  /** Level of the tokens at a time, where it was stored. */
  readonly tokens?: number;
  readonly tokensAt?: number;
}

/** The limits of a namespace and the keys that are in use. */
export class LimitBook {
  readonly limits = new Map<string, LimitSpec>();
  readonly #keys = { concurrency: new Map<string, LimitKey>(), rate: new Map<string, LimitKey>() };
  /** Levels of rate keys that are not in use now; a bucket that is full again is the same as none. */
  readonly #levels = new Map<string, { readonly tokens: number; readonly at: number; readonly fullAt: number }>();

  constructor(stored: readonly StoredLimit[]) {
    for (const { key, tokens, tokensAt, ...spec } of stored) {
      if (spec.seats !== undefined || spec.ratePerSecond !== undefined) this.limits.set(key, spec);
      if (tokens !== undefined && tokensAt !== undefined)
        this.#levels.set(key, { tokens, at: tokensAt, fullAt: tokensAt });
    }
  }

  /** A key by name; made when it is first named. */
  key(sort: "concurrency" | "rate", name: string): LimitKey {
    const known = this.#keys[sort].get(name);
    if (known) return known;
    const key = new LimitKey(name, sort);
    key.limitTo(this.specOf(name), 0);
    const level = sort === "rate" ? this.#levels.get(name) : undefined;
    if (level) {
      key.tokens = level.tokens;
      key.tokensAt = level.at;
      this.#levels.delete(name);
    }
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

  /** Forgets a key that no job names any more. */
  drop(key: LimitKey): void {
    if (key.groups > 0 || key.holders.size > 0 || key.refilling) return;
    this.#keys[key.sort].delete(key.name);
    const { ratePerSecond, burst } = key.spec;
    if (!ratePerSecond || key.tokens >= burst) return;
    const fullAt = key.tokensAt + ((burst - key.tokens) / ratePerSecond) * 1_000;
    this.#levels.set(key.name, { tokens: key.tokens, at: key.tokensAt, fullAt });
    if (this.#levels.size < 10_000) return;
    for (const [name, level] of this.#levels) if (level.fullAt < key.tokensAt) this.#levels.delete(name);
  }

  /** Sets or, without seats and rate, removes a limit; returns the keys in use that it changes. */
  set(name: string, spec: LimitSpec, now: number): LimitKey[] {
    if (spec.seats === undefined && spec.ratePerSecond === undefined) this.limits.delete(name);
    else this.limits.set(name, spec);
    const changed: LimitKey[] = [];
    for (const key of this.keys()) {
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
    let best: LimitSpec = unlimited;
    let length = -1;
    for (const [pattern, spec] of this.limits) {
      if (!pattern.endsWith("*") || pattern.length <= length || !name.startsWith(pattern.slice(0, -1))) continue;
      best = spec;
      length = pattern.length;
    }
    return best;
  }
}
