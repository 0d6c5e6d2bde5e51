import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createSignal } from "./signal.js";
import { createTcpProxy } from "./tcp-proxy.js";

let echo: Server;
const accepted = new Set<Socket>();

beforeAll(async () => {
  echo = createServer((socket) => {
    accepted.add(socket);
    socket.on("error", () => undefined);
    socket.on("close", () => accepted.delete(socket));
    socket.pipe(socket);
  });
  echo.listen(0, "127.0.0.1");
  await once(echo, "listening");
});
afterAll(() => {
  for (const socket of accepted) socket.destroy();
  echo.close();
});

async function setup() {
  const proxy = await createTcpProxy({ target: { port: (echo.address() as AddressInfo).port } });
  const dial = async () => {
    const received = createSignal<string>("bytes");
    const closed = createSignal("a close");
    const socket = connect(proxy.port, "127.0.0.1");
    socket.on("error", () => undefined);
    socket.on("data", (chunk) => received.emit(chunk.toString()));
    socket.on("close", () => closed.emit());
    await once(socket, "connect");
    return { socket, received, closed };
  };
  return { proxy, dial };
}

it("forwards both ways and ends with the client", async () => {
  const { proxy, dial } = await setup();
  const { socket, received, closed } = await dial();
  socket.write("hello");
  expect(await received.next()).toBe("hello");
  expect(proxy.connections).toBe(1);
  socket.end();
  await closed.next();
  await proxy.close();
  expect(proxy.connections).toBe(0);
});

it("cuts what is open and takes new connections", async () => {
  const { proxy, dial } = await setup();
  const first = await dial();
  first.socket.write("x");
  await first.received.next();
  proxy.cut();
  await first.closed.next();
  const second = await dial();
  second.socket.write("again");
  expect(await second.received.next()).toBe("again");
  await proxy.close();
  await second.closed.next();
});

it.each(["up", "down"] as const)("swallows what goes %s, without closing", async (direction) => {
  const { proxy, dial } = await setup();
  const { socket, received, closed } = await dial();
  proxy.swallow(direction);
  socket.write("lost");
  await expect(received.next(50)).rejects.toThrow("waited");
  expect(closed.waiting).toBe(0);
  proxy.heal();
  socket.write("kept");
  expect(await received.next()).toBe("kept");
  await proxy.close();
});

it("delays and keeps the order", async () => {
  const { proxy, dial } = await setup();
  const { socket, received } = await dial();
  proxy.delay(200);
  socket.write("1");
  await expect(received.next(50)).rejects.toThrow("waited");
  proxy.delay(0);
  socket.write("2");
  let text = "";
  while (text.length < 2) text += await received.next();
  expect(text).toBe("12");
  await proxy.close();
});

it("refuses on request", async () => {
  const { proxy, dial } = await setup();
  proxy.refuse(true);
  const refused = connect(proxy.port, "127.0.0.1");
  refused.on("error", () => undefined);
  // The reset may arrive before the connection is reported, so only its end is certain.
  await new Promise((resolve) => refused.once("close", resolve));
  proxy.refuse(false);
  const { socket, received } = await dial();
  socket.write("in");
  expect(await received.next()).toBe("in");
  await proxy.close();
});

it("forwards new connections to another place, and leaves open ones where they are", async () => {
  const { proxy, dial } = await setup();
  const first = await dial();
  first.socket.write("x");
  await first.received.next();
  const other = createServer((socket) => socket.end("elsewhere"));
  other.listen(0, "127.0.0.1");
  await once(other, "listening");
  proxy.retarget({ port: (other.address() as AddressInfo).port });
  const second = await dial();
  expect(await second.received.next()).toBe("elsewhere");
  first.socket.write("here");
  expect(await first.received.next()).toBe("here");
  await proxy.close();
  other.close();
});
