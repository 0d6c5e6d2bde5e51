import type { Socket } from "node:net";

/** The words with which an HTTP/2 client begins, and settings that change nothing. */
const preface = Buffer.concat([
  Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "latin1"),
  Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]),
]);

/** What whoever listens speaks, as far as its first bytes tell; `silent`: it said nothing in time. */
export type Greeting = "http2" | "tls" | "other" | "silent";

/**
 * Begins HTTP/2 on an open connection and hears what the other side says to it. In TLS 1.3 a client has finished its handshake before the
 * server has looked at the client's certificate: a refusal comes here.
 *
 * @throws Error when the connection breaks
 */
export async function greet(socket: Socket, timeoutMs: number): Promise<Greeting> {
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise((resolve, reject) => {
      timer = setTimeout(() => resolve("silent"), timeoutMs);
      socket.once("data", (first) => resolve(greetingOf(first)));
      socket.once("error", reject);
      socket.once("close", () => reject(new Error("the connection was closed at once")));
      socket.write(preface);
    });
  } finally {
    clearTimeout(timer);
  }
}

/** Type of the record by which TLS refuses what is no handshake. */
const tlsAlert = 21;
/** Type of the frame with which an HTTP/2 server begins, behind three bytes of length. */
const settingsFrame = 4;

function greetingOf(first: Buffer): Greeting {
  if (first[0] === tlsAlert) return "tls";
  return first[3] === settingsFrame ? "http2" : "other";
}
