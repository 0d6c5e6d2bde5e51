import { type AddressInfo, createServer, type Socket } from "node:net";
import { connect } from "node:tls";
import { splitHostPort } from "@switchyard/service-kit";

/**
 * Spreads connections over the replicas of a gateway, as an ingress does that has plain text outside and TLS inside: one by one in
 * turn, past those that refuse.
 */
export interface HttpBalancer {
  /** `host:port`. */
  readonly address: string;
  stop(): Promise<void>;
}

/**
 * Starts a balancer on a free port.
 *
 * @param targets `host:port` each
 * @param ca whoever signed their certificates, PEM
 */
export async function startHttpBalancer(targets: readonly string[], ca: string): Promise<HttpBalancer> {
  const sockets = new Set<Socket>();
  let turn = 0;
  const join = (client: Socket, tries: number) => {
    turn += 1;
    const target = splitHostPort(targets[turn % targets.length] as string);
    const upstream = connect({ host: target?.host as string, port: target?.port as number, ca });
    upstream.setNoDelay(true);
    upstream.once("secureConnect", () => {
      tries = 0;
      client.pipe(upstream).pipe(client);
    });
    upstream.once("error", () => {
      if (tries > 1) join(client, tries - 1);
      else if (tries === 1) client.destroy();
    });
    // What the gateway said last still goes out, while nobody listens any more to what the client says.
    upstream.once("close", () => tries === 0 && client.resume().end());
    client.once("close", () => upstream.destroy());
    sockets.add(upstream);
    upstream.once("close", () => sockets.delete(upstream));
  };
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    sockets.add(client);
    client.once("close", () => sockets.delete(client));
    client.on("error", () => client.destroy());
    join(client, targets.length);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
