import { once } from "node:events";
import { connect, type Socket } from "node:net";

/** One kept connection that makes one request after the other, with hardly any work of its own. */
export interface HttpConnection {
  /** Sends a request; answers its status, when the whole answer is there. */
  send(method: string, path: string, body?: string): Promise<number>;
  close(): void;
}

/** Opens a connection to `host:port`. Understands answers with a length, which are the ones that a gateway gives here. */
export async function openHttpConnection(hostPort: string): Promise<HttpConnection> {
  const [host = "", port = ""] = hostPort.split(":");
  const socket: Socket = connect({ host, port: Number(port), noDelay: true });
  await once(socket, "connect");
  let received = Buffer.alloc(0);
  let waiting: { resolve: (status: number) => void; reject: (error: Error) => void } | undefined;
  const fail = (error: Error) => waiting?.reject(error);
  socket.on("error", fail).on("close", () => fail(new Error("the connection was closed")));
  socket.on("data", (chunk) => {
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
    const headEnd = received.indexOf("\r\n\r\n");
    if (headEnd < 0) return;
    const head = received.toString("latin1", 0, headEnd);
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1] ?? Number.NaN);
    if (Number.isNaN(length)) return fail(new Error(`an answer without a length: ${head}`));
    if (received.length < headEnd + 4 + length) return;
    received = received.subarray(headEnd + 4 + length);
    waiting?.resolve(Number(head.slice(9, 12)));
  });
  return {
    send(method, path, body = "") {
      const length = method === "GET" ? "" : `content-length: ${Buffer.byteLength(body)}\r\n`;
      socket.write(`${method} ${path} HTTP/1.1\r\nhost: ${hostPort}\r\n${length}\r\n${body}`);
      return new Promise((resolve, reject) => {
        waiting = { resolve, reject };
      });
    },
    close: () => socket.destroy(),
  };
}
