/**
 * Remembers the keys that were added last: at least as many as asked for, at most twice as many. They stand in two
 * generations, and the older one is forgotten as a whole, so that no key is ever looked for to be deleted.
 */
export class RecentKeys {
  #young = new Set<string>();
  #old = new Set<string>();

  /** Adds a key. @param atLeast so many of the keys added before it are remembered */
  add(key: string, atLeast: number): void {
    this.#young.add(key);
    if (this.#young.size <= atLeast) return;
    this.#old = this.#young;
    this.#young = new Set();
  }

  /** Whether a key was added lately. */
  has(key: string): boolean {
    return this.#young.has(key) || this.#old.has(key);
  }
}
