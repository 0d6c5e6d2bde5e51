import type { Clock } from "@switchyard/clock";
import type { ClosableTransport } from "@switchyard/rpc";

/** A connection that nobody has used for this long is closed, ms. */
const idleMs = 10 * 60_000;

/** Connections to other replicas, by address. */
export class Peers {
  readonly #connect: (address: string) => ClosableTransport;
  readonly #clock: Clock;
  readonly #open = new Map<string, { readonly transport: ClosableTransport; usedAt: number }>();

  /** @param connect opens a transport to one address */
  constructor(connect: (address: string) => ClosableTransport, clock: Clock) {
    this.#connect = connect;
    this.#clock = clock;
  }

  /** The way to a replica. */
  to(address: string): ClosableTransport {
    const now = this.#clock.monotonicMs();
    let peer = this.#open.get(address);
    if (!peer) {
      this.#closeIdle(now);
      peer = { transport: this.#connect(address), usedAt: now };
      this.#open.set(address, peer);
    }
    peer.usedAt = now;
    return peer.transport;
  }

  /** Closes all of them. */
  close(): void {
    for (const { transport } of this.#open.values()) transport.close();
    this.#open.clear();
  }

  /** Replicas come and go under new addresses. */
  #closeIdle(now: number): void {
    for (const [address, { transport, usedAt }] of this.#open) {
      if (now - usedAt < idleMs) continue;
      transport.close();
      this.#open.delete(address);
    }
  }
}
