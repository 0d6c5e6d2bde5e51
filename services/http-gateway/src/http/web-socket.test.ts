import { once } from "node:events";
import { setImmediate } from "node:timers/promises";
import websocket from "@fastify/websocket";
import Fastify from "fastify";
import { describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { sendMessages, type SendMessagesOptions } from "./web-socket.js";

async function serve(options: Omit<SendMessagesOptions, "stopping">, stopping = new AbortController()) {
  const app = Fastify();
  await app.register(websocket);
  app.get("/", { websocket: true }, (socket) => sendMessages(socket, { ...options, stopping: stopping.signal }));
  await app.listen({ host: "127.0.0.1", port: 0 });
  const { port } = app.server.address() as { port: number };
  const socket = new WebSocket(`ws://127.0.0.1:${port}/`);
  const texts: string[] = [];
  socket.on("message", (data) => texts.push(String(data)));
  const closed = once(socket, "close").then(([code]) => code as number);
  return { app, socket, texts, closed, stopping };
}

const never = (signal: AbortSignal) =>
  new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));

describe("sendMessages", () => {
  it("sends what a source gives, and closes with it", async () => {
    async function* open() {
      yield "one";
      yield "two";
    }
    const { app, texts, closed } = await serve({ open });
    expect(await closed).toBe(1000);
    expect(texts).toEqual(["one", "two"]);
    await app.close();
  });

  it("cuts a reader off that is too slow, and lets the source go", async () => {
    let left = () => {};
    const gone = new Promise<void>((resolve) => (left = resolve));
    async function* open(signal: AbortSignal) {
      const text = "x".repeat(100_000);
      try {
        for (;;) {
          yield text;
          await setImmediate();
        }
      } finally {
        expect(signal.aborted).toBe(true);
        left();
      }
    }
    const { app, socket, closed } = await serve({ open, maxBehindBytes: 300_000 });
    await once(socket, "open");
    socket.pause();
    await gone;
    socket.resume();
    expect(await closed).toBe(1013);
    await app.close();
  });

  it("sends bursts that are larger than that to a reader who keeps up", async () => {
    async function* open() {
      for (let count = 0; count < 50; count += 1) {
        yield "y".repeat(100_000);
        await setImmediate();
      }
    }
    const { app, texts, closed } = await serve({ open, maxBehindBytes: 5_000_000 });
    expect(await closed).toBe(1000);
    expect(texts).toHaveLength(50);
    await app.close();
  });

  it("answers texts, and is not disturbed by what it does not know", async () => {
    async function* open(signal: AbortSignal) {
      await never(signal);
      yield "never read";
    }
    const { app, socket, texts } = await serve({ open, answer: (text) => (text === "hello" ? "you" : undefined) });
    await once(socket, "open");
    socket.send("what");
    socket.send(Buffer.from("hello"), { binary: true });
    socket.send("hello");
    await once(socket, "message");
    expect(texts).toEqual(["you"]);
    socket.close();
    await app.close();
  });

  it("asks whether the client is there, and does not wait for one that is not", async () => {
    let left = () => {};
    const gone = new Promise<void>((resolve) => (left = resolve));
    async function* open(signal: AbortSignal) {
      await never(signal);
      left();
      yield "never read";
    }
    const { app, socket } = await serve({ open, pingMs: 20 });
    await once(socket, "ping");
    await once(socket, "ping");
    socket.pause();
    await gone;
    socket.terminate();
    await app.close();
  });

  it("says when its source has failed", async () => {
    async function* open() {
      yield "one";
      throw new Error("the source has failed");
    }
    const { app, closed } = await serve({ open });
    expect(await closed).toBe(1011);
    await app.close();
  });

  it("ends when the server does, also for a client that does not answer", async () => {
    async function* open(signal: AbortSignal) {
      yield "one";
      await never(signal);
    }
    const { app, socket, closed, stopping } = await serve({ open });
    await once(socket, "message");
    stopping.abort();
    expect(await closed).toBe(1001);
    await app.close();
  });
});
