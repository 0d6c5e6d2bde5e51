import type { Transport } from "@connectrpc/connect";
import type { Life } from "../kernel/process.js";
import type { Random } from "../kernel/random.js";
import type { Plan } from "../plan/plan.js";

/** Where calls arrive: a life of a process that listens, and its handlers. */
export interface Endpoint {
  readonly life: Life;
  readonly transport: Transport;
}

/** Where the calls of one client to a name go. */
export interface Way {
  /** Who gets the next call; undefined when nobody listens. */
  next(): Endpoint | undefined;
  /** The connection broke: the next call makes another one. */
  broke(): void;
}

/** Who listens where. A name with several listeners is a balancer before them. */
export class Addresses {
  readonly #listeners = new Map<string, Set<Endpoint>>();

  constructor(
    readonly random: Random,
    readonly balances: Plan["balances"],
  ) {}

  /** Begins to listen until the process ends, or until the returned function is called. */
  listen(name: string, endpoint: Endpoint): () => void {
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners.add(endpoint));
    const close = () => void listeners.delete(endpoint);
    endpoint.life.whenOver(close);
    return close;
  }

  /** A client of a name. One that stays keeps its connection, whatever is balanced. */
  wayTo(name: string, { stay = this.balances === "connections" } = {}): Way {
    let connected: Endpoint | undefined;
    return {
      next: () => {
        const any = this.#resolve(name);
        if (!stay || connected === undefined || connected.life.isOver) connected = any;
        return connected;
      },
      broke: () => {
        connected = undefined;
      },
    };
  }

  #resolve(name: string): Endpoint | undefined {
    const listeners = [...(this.#listeners.get(name) ?? [])];
    return listeners.length === 0 ? undefined : this.random.pick(listeners);
  }
}
