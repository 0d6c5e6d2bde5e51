import type { Random } from "../kernel/random.js";
import type { Endpoint } from "./sim-transport.js";

/** Who listens where. A name with several listeners goes to any of them, as a load balancer does. */
export class Addresses {
  readonly #listeners = new Map<string, Set<Endpoint>>();

  constructor(readonly random: Random) {}

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
    return listeners.length === 0 ? undefined : this.random.pick(listeners);
  }
}
