import { request } from "node:http";
import { once } from "node:events";
import Fastify from "fastify";
import { describe, expect, it } from "vitest";
import { eventText, type EventStreamOptions, sendEvents } from "./event-stream.js";

async function serve(options: Omit<EventStreamOptions, "stopping">, stopping = new AbortController()) {
  const app = Fastify();
  app.get("/", (_, reply) => sendEvents(reply, { ...options, stopping: stopping.signal }));
  await app.listen({ host: "127.0.0.1", port: 0 });
  const { port } = app.server.address() as { port: number };
  const call = request({ port, host: "127.0.0.1", agent: false });
  call.end();
  const [answer] = (await once(call, "response")) as [import("node:http").IncomingMessage];
  answer.setEncoding("utf8");
  return { app, call, answer, stopping };
}

const textOf = async (answer: AsyncIterable<string>) => {
  let text = "";
  for await (const piece of answer) text += piece;
  return text;
};

describe("sendEvents", () => {
  it("sends what a source gives, and ends with it", async () => {
    async function* open() {
      yield { event: "log", id: "7", data: "one\ntwo\r\nthree\rfour" };
      yield { data: "" };
    }
    const { app, answer } = await serve({ open });
    expect(answer.headers).toMatchObject({ "content-type": "text/event-stream; charset=utf-8" });
    expect(await textOf(answer)).toBe(
      ": open\n\nid: 7\nevent: log\ndata: one\ndata: two\ndata: three\ndata: four\n\ndata: \n\n",
    );
    await app.close();
  });

  it("tells that it lives, and lets the source go with the client", async () => {
    let left = () => {};
    const over = new Promise<void>((resolve) => (left = resolve));
    async function* open(signal: AbortSignal) {
      await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
      left();
      yield { data: "never read" };
    }
    const { app, answer, call } = await serve({ open, heartbeatMs: 10 });
    let text = "";
    for await (const piece of answer as AsyncIterable<string>) {
      text += piece;
      if (text.includes(": alive\n\n: alive\n\n")) break;
    }
    call.destroy();
    await over;
    await app.close();
  });

  it("ends when the server does", async () => {
    async function* open(signal: AbortSignal) {
      yield { data: "first" };
      await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
    }
    const { app, answer, stopping } = await serve({ open });
    await once(answer, "data");
    stopping.abort();
    await textOf(answer);
    await app.close();
  });

  it("cuts the connection when its source fails", async () => {
    async function* open() {
      yield { data: "first" };
      throw new Error("the source has failed");
    }
    const { app, answer } = await serve({ open });
    await expect(textOf(answer)).rejects.toThrow(/aborted/);
    await app.close();
  });
});

describe("eventText", () => {
  it("begins a line of data for every line of the text", () => {
    expect(eventText({ data: "a\n\nb" })).toBe("data: a\ndata: \ndata: b\n\n");
  });
});
