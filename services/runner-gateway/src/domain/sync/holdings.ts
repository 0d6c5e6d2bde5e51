/** What a runner executes, as it says itself and the scheduler confirms. */
export class Holdings {
  readonly #leases = new Map<string, { readonly endMs: number; readonly dueMs: number }>();
  /** Attempts that ended by a report through this gateway, newest last: naming one is no reason to stop anything. */
  readonly #ended = new Set<string>();

  /**
   * The runner holds an attempt, whose lease ends then (monotonic; infinite where the runner's presence keeps it). After a
   * third of the time it must have named the attempt again.
   */
  hold(key: string, endMs: number, nowMs: number): void {
    this.#leases.set(key, { endMs, dueMs: nowMs + (endMs - nowMs) / 3 });
  }

  /** The runner no longer holds an attempt. */
  release(key: string): void {
    this.#leases.delete(key);
  }

  /** The runner's report ended an attempt. */
  end(key: string): void {
    this.release(key);
    this.#ended.add(key);
    if (this.#ended.size > maxEnded) this.#ended.delete(this.#ended.values().next().value as string);
  }

  /** The attempt ended by a report of the runner a while ago. */
  hasEnded(key: string): boolean {
    return this.#ended.has(key);
  }

  /** Begins a full statement of the runner: what it names is noted anew. */
  clear(): void {
    this.#leases.clear();
  }

  /** Attempts held. */
  get size(): number {
    return this.#leases.size;
  }

  /** When the first of the leases ends; infinite without any. */
  get firstEndMs(): number {
    let first = Number.POSITIVE_INFINITY;
    for (const { endMs } of this.#leases.values()) first = Math.min(first, endMs);
    return first;
  }

  /** By when the runner must have named what it holds; infinite when it holds nothing that ends by itself. */
  get renewDueMs(): number {
    let due = Number.POSITIVE_INFINITY;
    for (const { dueMs } of this.#leases.values()) due = Math.min(due, dueMs);
    return due;
  }
}

/** So many ended attempts are remembered per runner. */
const maxEnded = 1_000;
