import type { StreamResponse, Transport } from "@connectrpc/connect";
import type { ConnectedTransport } from "@switchyard/rpc";

/** Calls of one connection beyond which another one is opened; servers take 100. */
const callsPerConnection = 64;
/** No more connections than this are opened, however many calls there are. */
const maxConnections = 64;

interface Connection {
  readonly transport: ConnectedTransport;
  calls: number;
}

/**
 * Makes a transport that spreads calls over as many connections as they need. A server takes a limited number of calls on one
 * connection, and a client over that limit waits without a word: a hundred followers on one connection would hold up
 * every other call, a runner's renewals included.
 *
 * @param open opens the connection of that number, from 0
 */
export function createSpreadTransport(open: (index: number) => ConnectedTransport): ConnectedTransport {
  const connections: Connection[] = [];

  const pick = (): Connection => {
    const roomy = connections.find(({ calls }) => calls < callsPerConnection);
    if (roomy !== undefined) return roomy;
    if (connections.length < maxConnections) {
      const connection = { transport: open(connections.length), calls: 0 };
      connections.push(connection);
      return connection;
    }
    return connections.reduce((least, other) => (other.calls < least.calls ? other : least));
  };
  const taken = (): Connection => {
    const connection = pick();
    connection.calls++;
    return connection;
  };

  const unary: Transport["unary"] = async (...call) => {
    const connection = taken();
    try {
      return await connection.transport.unary(...call);
    } finally {
      connection.calls--;
    }
  };
  const stream: Transport["stream"] = async (method, signal, ...rest) => {
    const connection = taken();
    let over = false;
    const free = () => {
      if (over) return;
      over = true;
      signal?.removeEventListener("abort", free);
      connection.calls--;
    };
    // A reader that leaves says so by the signal only.
    signal?.addEventListener("abort", free, { once: true });
    if (signal?.aborted) free();
    try {
      const response = await connection.transport.stream(method, signal, ...rest);
      return { ...response, message: whenRead(response.message, free) } as typeof response;
    } catch (error) {
      free();
      throw error;
    }
  };
  return {
    unary,
    stream,
    isConnected: () => pick().transport.isConnected(),
    close() {
      for (const { transport } of connections) transport.close();
    },
  };
}

async function* whenRead<T>(messages: StreamResponse["message"], done: () => void): AsyncGenerator<T> {
  try {
    yield* messages as unknown as AsyncIterable<T>;
  } finally {
    done();
  }
}
