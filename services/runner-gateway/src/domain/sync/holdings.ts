import { RecentKeys } from "./recent-keys.js";

/** When leases end and are due; one for all leases that do so together. */
interface Term {
  readonly endMs: number;
  readonly dueMs: number;
  leases: number;
}

/** What a runner executes, as it says itself and the scheduler confirms. */
export class Holdings {
  readonly #leases = new Map<string, Term>();
  readonly #terms = new Set<Term>();
  #latest: Term | undefined;
  /** Attempts that ended by a report through this gateway: naming one is no reason to stop anything, nor to ask about it. */
  readonly #ended = new RecentKeys();

  /**
   * The runner holds an attempt, whose lease ends then (monotonic; infinite where the runner's presence keeps it). After a
   * third of the time it must have named the attempt again.
   */
  hold(key: string, endMs: number, nowMs: number): void {
    this.release(key);
    const dueMs = nowMs + (endMs - nowMs) / 3;
    if (this.#latest?.endMs !== endMs || this.#latest.dueMs !== dueMs) this.#latest = { endMs, dueMs, leases: 0 };
    if (this.#latest.leases++ === 0) this.#terms.add(this.#latest);
    this.#leases.set(key, this.#latest);
  }

  /** The runner no longer holds an attempt. */
  release(key: string): void {
    const term = this.#leases.get(key);
    if (term === undefined) return;
    this.#leases.delete(key);
    if (--term.leases === 0) this.#terms.delete(term);
  }

  /** Whether the runner holds an attempt. */
  has(key: string): boolean {
    return this.#leases.has(key);
  }

  /**
   * The runner's report ended an attempt. It is remembered as such for a while.
   *
   * @param slots of the runner: it may name so many at once, and a few times as many may end while one statement is on the way
   */
  end(key: string, slots: number): void {
    this.release(key);
    this.#ended.add(key, Math.max(minEnded, 4 * slots));
  }

  /** The attempt ended by a report of the runner a while ago. */
  hasEnded(key: string): boolean {
    return this.#ended.has(key);
  }

  /** Begins a full statement of the runner: what it names is noted anew. */
  clear(): void {
    this.#leases.clear();
    this.#terms.clear();
    this.#latest = undefined;
  }

  /** The attempts held. */
  get keys(): Iterable<string> {
    return this.#leases.keys();
  }

  /** How many these are. */
  get size(): number {
    return this.#leases.size;
  }

  /** When the first of the leases ends; infinite without any. */
  get firstEndMs(): number {
    let first = Number.POSITIVE_INFINITY;
    for (const { endMs } of this.#terms) first = Math.min(first, endMs);
    return first;
  }

  /** By when the runner must have named what it holds; infinite when it holds nothing that ends by itself. */
  get renewDueMs(): number {
    let due = Number.POSITIVE_INFINITY;
    for (const { dueMs } of this.#terms) due = Math.min(due, dueMs);
    return due;
  }
}

/** Ended attempts that are remembered of a runner with few slots. */
const minEnded = 1_000;
