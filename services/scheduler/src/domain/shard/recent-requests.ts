/** Keys with the request that last named them, of the last thousands: enough for callers that repeat a call whose answer they lost. */
export class RecentRequests {
  readonly #last = new Map<string, string>();

  constructor(private readonly limit = 10_000) {}

  /** The request that named the key last. */
  get(key: string): string | undefined {
    return this.#last.get(key);
  }

  /** Notes a request; an empty one is none. */
  note(key: string, requestId: string): void {
    if (requestId === "") return;
    this.#last.delete(key);
    this.#last.set(key, requestId);
    if (this.#last.size <= this.limit) return;
    const [oldest] = this.#last.keys();
    if (oldest !== undefined) this.#last.delete(oldest);
  }
}
