import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { expect, it } from "vitest";
import { greet } from "./greeting.js";

/** Greets a server that does this with its first connection. */
async function greeted(answer: (socket: Socket) => void, timeoutMs = 5_000) {
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    answer(socket);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
  try {
    return await greet(socket, timeoutMs);
  } finally {
    socket.destroy();
    server.close();
  }
}
const saying = (bytes: Uint8Array) => (socket: Socket) => void socket.once("data", () => socket.write(bytes));

it.each([
  ["http2", Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0])],
  ["tls", Buffer.from([21, 3, 1, 0, 2, 2, 10])],
  ["other", Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n")],
  ["other", Buffer.from("!")],
])("takes for %s who says %o", async (greeting, bytes) => {
  expect(await greeted(saying(bytes))).toBe(greeting);
});

it("waits no longer than it may for who says nothing", async () => {
  expect(await greeted(() => undefined, 50)).toBe("silent");
});

it("fails with whoever ends the connection", async () => {
  await expect(greeted((socket) => socket.once("data", () => socket.end()))).rejects.toThrow("closed at once");
  await expect(greeted((socket) => socket.once("data", () => socket.resetAndDestroy()))).rejects.toThrow("ECONNRESET");
});
