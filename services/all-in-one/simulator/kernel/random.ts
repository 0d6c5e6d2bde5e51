import { seededRandom, seedFor } from "../../../../libs/testkit/src/random.js";

/** Random choices that depend on the seed alone. */
export class Random {
  readonly #next: () => number;

  constructor(readonly seed: number) {
    this.#next = seededRandom(seed);
  }

  /** A source of its own, so that what is drawn here does not change what is drawn there. */
  fork(name: string): Random {
    return new Random(seedFor(this.seed, name));
  }

  /** From 0 to below 1. */
  next(): number {
    return this.#next();
  }

  chance(probability: number): boolean {
    return this.#next() < probability;
  }

  /** A number from `low` to below `high`. */
  between(low: number, high: number): number {
    return low + this.#next() * (high - low);
  }

  /** A whole number from `low` to `high`. */
  int(low: number, high: number): number {
    return low + Math.floor(this.#next() * (high - low + 1));
  }

  /** One of them. */
  pick<T>(from: readonly T[]): T {
    return from[Math.floor(this.#next() * from.length)] as T;
  }

  /** One of them, by weight. */
  weighted<T>(from: readonly (readonly [T, number])[]): T {
    let total = 0;
    for (const [, weight] of from) total += weight;
    let left = this.#next() * total;
    for (const [value, weight] of from) {
      left -= weight;
      if (left < 0) return value;
    }
    return (from.at(-1) as readonly [T, number])[0];
  }
}
