import { type Clock, systemClock, type Timer } from "@switchyard/clock";
import type { ConnectedTransport } from "@switchyard/rpc";

/** A connection to one owner. */
export interface OwnerConnection {
  readonly address: string;
  readonly transport: ConnectedTransport;
  /** Calls under way, streams that are read included. */
  calls: number;
  /** When a call last began, monotonic, in milliseconds. */
  usedMs: number;
}

/** The connections to the owners of shards, by address. */
export interface OwnerConnections {
  /** The connection to an address for a call that begins now, if it stands. Begins to connect otherwise; until it has, callers go another way. */
  find(address: string): OwnerConnection | undefined;
  /** Ends all of them. */
  close(): void;
}

/** What {@link createOwnerConnections} needs. */
export interface OwnerConnectionsOptions {
  readonly open: (address: string) => ConnectedTransport;
  /** Default: the machine's. */
  readonly clock?: Clock;
}

interface Opened extends OwnerConnection {
  /** Since when it was not seen to stand; undefined while it does. */
  awayMs: number | undefined;
}

/** A connection without a call for so long is ended: its owner is gone, or nobody asks for its namespaces any more. */
const idleMs = 60_000;
/** An owner that could not be reached for so long is left alone ... */
const giveUpMs = 10_000;
/** ... for so long: whoever sees the scheduler through a proxy may never reach its replicas. */
const leaveAloneMs = 60_000;

/** Creates the collection, with nothing in it. */
export function createOwnerConnections(options: OwnerConnectionsOptions): OwnerConnections {
  const { open, clock = systemClock } = options;
  const now = clock.monotonicMs;
  const connections = new Map<string, Opened>();
  const leftAloneUntil = new Map<string, number>();
  let sweeper: Timer | undefined;
  let closed = false;

  function end(connection: Opened): void {
    connections.delete(connection.address);
    connection.transport.close();
  }

  function sweep(): void {
    for (const connection of [...connections.values()]) {
      if (connection.calls === 0 && now() - connection.usedMs >= idleMs) end(connection);
    }
    for (const [address, until] of leftAloneUntil) if (until <= now()) leftAloneUntil.delete(address);
    if (connections.size === 0 && leftAloneUntil.size === 0) stopSweeping();
  }

  function stopSweeping(): void {
    clock.clearInterval(sweeper);
    sweeper = undefined;
  }

  function everySoOften(): Timer {
    const timer = clock.setInterval(sweep, idleMs / 2);
    timer.unref();
    return timer;
  }

  function opened(address: string): Opened | undefined {
    if (closed || (leftAloneUntil.get(address) ?? Number.NEGATIVE_INFINITY) > now()) return undefined;
    const connection = { address, transport: open(address), calls: 0, usedMs: now(), awayMs: now() };
    connections.set(address, connection);
    sweeper ??= everySoOften();
    return connection;
  }

  return {
    find(address) {
      const connection = connections.get(address) ?? opened(address);
      if (connection === undefined) return undefined;
      if (connection.transport.isConnected()) {
        connection.awayMs = undefined;
        connection.usedMs = now();
        return connection;
      }
      connection.awayMs ??= now();
      if (now() - connection.awayMs >= giveUpMs && connection.calls === 0) {
        end(connection);
        leftAloneUntil.set(address, now() + leaveAloneMs);
      }
      return undefined;
    },
    close() {
      closed = true;
      stopSweeping();
      for (const connection of [...connections.values()]) end(connection);
    },
  };
}
