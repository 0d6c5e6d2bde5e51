import type { Random } from "../kernel/random.js";
import type { Endpoint } from "./sim-transport.js";

/** Who listens where. A name with several listeners goes to any of them, as a load balancer does. */
export class Addresses {
  readonly #listeners = new Map<string, Set<Endpoint>>();

  /**
   * @param isReady whether a listener says of itself that it should be called; those that do not are called now and then all the same, since word of that
   * comes late
   */
  constructor(
    readonly random: Random,
    readonly isReady: (endpoint: Endpoint) => boolean,
  ) {}

  /** Begins to listen until the process ends, or until the returned function is called. */
  listen(name: string, endpoint: Endpoint): () => void {
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners.add(endpoint));
    const close = () => void listeners.delete(endpoint);
    endpoint.life.whenOver(close);
    return close;
  }

  /** Where a call to a name goes now. */
  resolve(name: string): Endpoint | undefined {
    const listeners = [...(this.#listeners.get(name) ?? [])];
    if (listeners.length < 2) return listeners[0];
    const ready = listeners.filter(this.isReady);
    return this.random.pick(ready.length > 0 && this.random.chance(0.9) ? ready : listeners);
  }
}
