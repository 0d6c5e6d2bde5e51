/**
 * Lets those who change the same thing do so one after the other. An open job needs no turns, since memory decides about it; one that has ended is read
 * from the tables first, and must not be opened or deleted by somebody else between the read and the decision.
 */
export class Turns {
  readonly #last = new Map<string, Promise<unknown>>();

  /** Does something when everybody before has done with what the key names. */
  async take<T>(key: string, work: () => Promise<T>): Promise<T> {
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

/** Names a job for its turns. */
export function jobTurn(space: { readonly id: number }, serial: number): string {
  return `job ${space.id}/${serial}`;
}
