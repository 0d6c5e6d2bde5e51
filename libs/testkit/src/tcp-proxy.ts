import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** Where a proxy forwards to. */
export interface TcpProxyOptions {
  readonly target: { readonly host?: string; readonly port: number };
}

/** `up`: from client to server; `down`: from server to client. */
export type Direction = "up" | "down";

/** A TCP proxy on 127.0.0.1 that can fail on request. */
export interface TcpProxy {
  readonly port: number;
  /** Breaks all connections at once (reset). New ones are taken. */
  cut(): void;
  /** Drops all bytes of a direction from now on, on present and new connections: the peer looks alive and says nothing. */
  swallow(direction: Direction): void;
  /** Holds every chunk back for so long, in both directions, order kept. 0 ends it. */
  delay(ms: number): void;
  /** Ends `swallow` and `delay`. What was swallowed stays lost, so such connections are of no more use: `cut()` them. */
  heal(): void;
  /** Refuses new connections (closes them at once) until called with false. */
  refuse(on: boolean): void;
  /** Forwards new connections to another place; those that are open stay where they are: `cut()` them. */
  retarget(target: TcpProxyOptions["target"]): void;
  /** Open connections. */
  readonly connections: number;
  /** Breaks everything and stops listening. */
  close(): Promise<void>;
}

/** Starts a proxy on a free port. */
export async function createTcpProxy(options: TcpProxyOptions): Promise<TcpProxy> {
  let target = options.target;
  const pairs = new Set<readonly [Socket, Socket]>();
  const swallowed = new Set<Direction>();
  let delayMs = 0;
  let refusing = false;

  function pipe(from: Socket, to: Socket, direction: Direction): void {
    // Chunks follow each other through one chain, so that a shorter delay never overtakes a longer one.
    let last: Promise<void> = Promise.resolve();
    const inOrder = (step: () => void) => {
      const wait = delayMs;
      if (wait === 0 && idle) return step();
      idle = false;
      const mine = last.then(() => pause(wait)).then(step);
      last = mine;
      void mine.then(() => {
        if (last === mine) idle = true;
      });
    };
    let idle = true;
    from.on("data", (chunk) => {
      if (swallowed.has(direction)) return;
      inOrder(() => {
        if (!to.destroyed) to.write(chunk);
      });
    });
    from.on("end", () => inOrder(() => to.end()));
  }

  const server = createServer({ allowHalfOpen: true }, (client) => {
    if (refusing) {
      client.resetAndDestroy();
      return;
    }
    client.setNoDelay(true);
    const { host = "127.0.0.1", port } = target;
    const upstream = connect({ host, port, noDelay: true, allowHalfOpen: true });
    const pair = [client, upstream] as const;
    pairs.add(pair);
    const end = () => {
      pairs.delete(pair);
      client.destroy();
      upstream.destroy();
    };
    for (const socket of pair) {
      socket.on("error", end);
      socket.on("close", end);
    }
    pipe(client, upstream, "up");
    pipe(upstream, client, "down");
  });

  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });

  function cut(): void {
    for (const [client, upstream] of pairs) {
      client.resetAndDestroy();
      upstream.resetAndDestroy();
    }
    pairs.clear();
  }

  return {
    port: (server.address() as AddressInfo).port,
    cut,
    swallow: (direction) => void swallowed.add(direction),
    delay: (ms) => {
      delayMs = ms;
    },
    heal: () => {
      swallowed.clear();
      delayMs = 0;
    },
    refuse: (on) => {
      refusing = on;
    },
    retarget: (next) => {
      target = next;
    },
    get connections() {
      return pairs.size;
    },
    close: () => {
      cut();
      return new Promise((resolve) => {
        server.close(() => resolve());
      });
    },
  };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
