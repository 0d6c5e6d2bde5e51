import type { Clock } from "@switchyard/clock";
import type { ClosableTransport, ConnectedTransport, Keepalive } from "@switchyard/rpc";

/** A connection that nobody has used for this long is closed, ms. */
const idleMs = 10 * 60_000;

/** A way to another replica; one over sockets says whether it is connected. */
export type PeerTransport = ClosableTransport & Partial<Pick<ConnectedTransport, "isConnected">>;

/** Opens a way to one address. `keepalive`: when a silent connection counts as dead. */
export type ConnectPeer = (address: string, keepalive: Keepalive) => PeerTransport;

/**
 * The keepalive between replicas. A connection that says nothing for the length of a shard's lease is dead, as its owner would be: callers wait no longer for it than for a
 * take-over. The answer gets the larger part of that time, since a busy process takes longer to answer than to ask.
 */
export function peerKeepalive(leaseMs: number): Keepalive {
  return { timeMs: Math.min(20_000, leaseMs / 4), timeoutMs: Math.min(10_000, (leaseMs * 3) / 4) };
}

/** Connections to other replicas, by address. */
export class Peers {
  readonly #connect: (address: string) => PeerTransport;
  readonly #clock: Clock;
  readonly #open = new Map<string, { readonly transport: PeerTransport; usedAt: number }>();

  /** @param connect opens a transport to one address */
  constructor(connect: (address: string) => PeerTransport, clock: Clock) {
    this.#connect = connect;
    this.#clock = clock;
  }

  /** The way to a replica. */
  to(address: string): PeerTransport {
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
