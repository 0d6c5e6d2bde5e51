import { randomBytes } from "node:crypto";
import { create } from "@bufbuild/protobuf";
import { Code, type ServiceImpl } from "@connectrpc/connect";
import { reasonOf, SwitchyardError } from "@switchyard/errors";
import { createClient, type RpcMiddleware, route } from "@switchyard/rpc";
import { afterEach, describe, expect, it } from "vitest";
import { collect, notes, rejection } from "./calls.js";
import { Echo, NoteSchema } from "./echo-proto.js";
import { type Mount, mounts } from "./mounts.js";
import { aborted, signalled, until } from "./waiting.js";

describe.each(mounts)("%s", (name, mountRoutes) => {
  const open: Mount[] = [];
  afterEach(async () => {
    for (const mount of open.splice(0)) await mount.close();
  });

  async function serve(implementation: Partial<ServiceImpl<typeof Echo>>, middleware: readonly RpcMiddleware[] = []) {
    const mount = await mountRoutes([route(Echo, implementation)], middleware);
    open.push(mount);
    return { client: createClient(Echo, mount.transport), mount };
  }

  it("streams from the server in order, and the error after the messages", async () => {
    const { client } = await serve({
      async *count({ number }) {
        for (let i = 0; i < number; i++) yield { number: i };
        if (number === 3) throw new SwitchyardError("LOG_SEALED", "no more");
      },
    });
    expect((await collect(client.count({ number: 500 }))).map((note) => note.number)).toEqual([...Array(500).keys()]);
    const got: number[] = [];
    const error = await rejection(
      (async () => {
        for await (const note of client.count({ number: 3 })) got.push(note.number);
      })(),
    );
    expect(got).toEqual([0, 1, 2]);
    expect(reasonOf(error)).toBe("LOG_SEALED");
  });

  it("cancels the handler when the reader breaks out of its loop", async () => {
    const ended = signalled<void>();
    const { client } = await serve({
      async *count(_, { signal }) {
        try {
          yield { number: 1 };
          await aborted(signal);
        } finally {
          ended.send();
        }
      },
    });
    for await (const note of client.count({})) {
      expect(note.number).toBe(1);
      break;
    }
    await ended.received;
  });

  it("cancels a stream by its signal while nothing comes", async () => {
    const ended = signalled<void>();
    const started = signalled<void>();
    const { client } = await serve({
      // biome-ignore lint/correctness/useYield: the case is a stream without messages
      async *count(_, { signal }) {
        started.send();
        await aborted(signal);
        ended.send();
      },
    });
    const caller = new AbortController();
    const call = rejection(collect(client.count({}, { signal: caller.signal })));
    await started.received;
    caller.abort();
    expect((await call).code).toBe(Code.Canceled);
    await ended.received;
  });

  it("takes a client stream", async () => {
    const { client } = await serve({
      async sum(requests) {
        let number = 0;
        for await (const request of requests) number += request.number;
        return { number };
      },
    });
    const answer = await client.sum(notes(200));
    expect(answer.number).toBe((199 * 200) / 2);
  });

  it("wakes a handler that waits for a client stream when the caller goes", async () => {
    const ended = signalled<unknown>();
    const started = signalled<void>();
    const { client } = await serve({
      async sum(requests) {
        try {
          for await (const _ of requests) started.send();
        } catch (error) {
          ended.send(error);
          throw error;
        }
        return {};
      },
    });
    const caller = new AbortController();
    const silence = signalled<void>();
    const call = rejection(
      client.sum(
        (async function* () {
          yield create(NoteSchema, { number: 1 });
          await silence.received;
        })(),
        { signal: caller.signal },
      ),
    );
    await started.received;
    caller.abort();
    expect((await call).code).toBe(Code.Canceled);
    expect(await ended.received).toBeDefined();
    silence.send();
  });

  it("keeps a slow reader's stream bounded", async () => {
    let produced = 0;
    const data = randomBytes(16 * 1024);
    const { client } = await serve({
      async *count() {
        for (let number = 0; number < 20_000; number++) {
          produced++;
          yield { number, data };
        }
      },
    });
    for await (const _ of client.count({})) {
      // Stay on the first message until the producer stands still.
      let before = -1;
      while (before !== produced) {
        before = produced;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      break;
    }
    expect(produced).toBeLessThan(5_000);
  });

  it("tells middleware that a stream was left", async () => {
    const outcome = signalled<unknown>();
    const middleware: RpcMiddleware = async (_, next) => {
      await next().then(() => outcome.send("ended"), outcome.send);
    };
    const { client } = await serve(
      {
        async *count(_, { signal }) {
          yield {};
          await aborted(signal);
          signal.throwIfAborted();
        },
      },
      [middleware],
    );
    for await (const _ of client.count({})) break;
    expect(reasonOf(await outcome.received)).toBe("CANCELLED");
  });

  it.runIf(name !== "connect over HTTP/1.1")("answers after the client's half-close, both ways at once", async () => {
    const { client } = await serve({
      async *chat(requests) {
        let number = 0;
        for await (const request of requests) {
          number += request.number;
          yield { number: request.number };
        }
        yield { text: "sum", number };
      },
    });
    const answers = await collect(client.chat(notes(50)));
    expect(answers).toHaveLength(51);
    expect(answers.at(-1)).toMatchObject({ text: "sum", number: 1225 });
  });

  it.runIf(name !== "connect over HTTP/1.1")("ends a conversation early from the server's side", async () => {
    const { client } = await serve({
      async *chat(requests) {
        for await (const request of requests) {
          yield request;
          if (request.number === 3) return;
        }
      },
    });
    const answers = await collect(client.chat(notes(100_000)));
    expect(answers.map((note) => note.number)).toEqual([0, 1, 2, 3]);
  });

  it("leaves nothing running", async () => {
    const active = new Set<string>();
    const middleware: RpcMiddleware = async ({ method }, next) => {
      const token = `${method.name} ${Math.random()}`;
      active.add(token);
      await next().finally(() => active.delete(token));
    };
    const { client } = await serve(
      {
        say: () => ({}),
        async *count() {
          for (;;) yield {};
        },
      },
      [middleware],
    );
    await Promise.all([...Array(20)].map(() => client.say({})));
    for await (const _ of client.count({})) break;
    await until(() => active.size === 0);
  });
});
