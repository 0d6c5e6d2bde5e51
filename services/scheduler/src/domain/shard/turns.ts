import type { Namespace } from "../core/namespace.js";

/**
 * Lets those who change the same job that has ended do so one after the other. An open job needs no turns, since memory decides about it; one that has ended is read
 * from the tables first, and must not be opened or deleted by somebody else between the read and the decision.
 */
export class Turns {
  readonly #last = new Map<string, Promise<unknown>>();

  /** Does something when everybody before has done with the job. */
  async take<T>(space: Namespace, serial: number, work: () => Promise<T>): Promise<T> {
    const key = `${space.id}/${serial}`;
    const before = this.#last.get(key) ?? Promise.resolve();
    const mine = before.then(work, work);
    const settled = mine.catch(() => undefined);
    this.#last.set(key, settled);
    try {
      return await mine;
    } finally {
      if (this.#last.get(key) === settled) this.#last.delete(key);
    }
  }
}
