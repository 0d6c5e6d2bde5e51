/**
 * Which open job stands for a re-use key: the first one that had it. Others can be open with the same key, when they were submitted by a policy that
 * joins no open job, or opened again while the key was taken; the longest waiting of them follows when the first one is over.
 */
export class ReuseKeys {
  readonly #holders = new Map<string, number>();
  readonly #others = new Map<string, Set<number>>();

  /** The serial of the job that stands for a key. */
  get(key: string): number | undefined {
    return this.#holders.get(key);
  }

  /** An open job has this key; an empty one is none. `stands`: it stood for the key before the shard was loaded. */
  add(key: string, serial: number, stands = false): void {
    if (key === "") return;
    const holder = this.#holders.get(key);
    if (holder === undefined || stands) this.#holders.set(key, serial);
    const other = stands ? holder : serial;
    if (holder === undefined || other === undefined) return;
    const others = this.#others.get(key);
    if (others) others.add(other);
    else this.#others.set(key, new Set([other]));
  }

  /** A job with this key is over. */
  remove(key: string, serial: number): void {
    if (key === "") return;
    const others = this.#others.get(key);
    if (this.#holders.get(key) !== serial) {
      others?.delete(serial);
    } else {
      const [next] = others ?? [];
      if (next === undefined) this.#holders.delete(key);
      else this.#holders.set(key, next);
      if (next !== undefined) others?.delete(next);
    }
    if (others?.size === 0) this.#others.delete(key);
  }
}
