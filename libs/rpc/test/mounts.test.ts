import { Code, ConnectError, createContextKey, type HandlerContext, type ServiceImpl } from "@connectrpc/connect";
import { fromConnectError, reasonOf, SwitchyardError } from "@switchyard/errors";
import { ErrorInfoSchema } from "@switchyard/proto/google/rpc/error_details_pb";
import {
  createClient,
  deriveContext,
  type RpcMiddleware,
  readRequestHeader,
  route,
  setResponseHeader,
} from "@switchyard/rpc";
import { afterEach, describe, expect, it } from "vitest";
import { collect, notes, rejection } from "./calls.js";
import { Echo } from "./echo-proto.js";
import { type Mount, mounts } from "./mounts.js";
import { aborted, signalled, until } from "./waiting.js";

describe.each(mounts)("%s", (name, mountRoutes) => {
  const open: Mount[] = [];
  const overWire = name !== "in memory";
  afterEach(async () => {
    for (const mount of open.splice(0)) await mount.close();
  });

  async function serve(implementation: Partial<ServiceImpl<typeof Echo>>, middleware: readonly RpcMiddleware[] = []) {
    const mount = await mountRoutes([route(Echo, implementation)], middleware);
    open.push(mount);
    return { client: createClient(Echo, mount.transport), mount };
  }

  it("answers a unary call, headers and trailers included", async () => {
    const { client } = await serve({
      say(request, context) {
        context.responseHeader.set("x-answer", `to ${context.requestHeader.get("x-question")}`);
        context.responseTrailer.set("x-end", "fin");
        return { text: `${request.text}!`, data: request.data };
      },
    });
    let header: Headers | undefined;
    let trailer: Headers | undefined;
    const answer = await client.say(
      { text: "hello", data: new Uint8Array([0, 1, 255]) },
      { headers: { "x-question": "q" }, onHeader: (h) => (header = h), onTrailer: (t) => (trailer = t) },
    );
    expect(answer.$typeName).toBe("test.Note");
    expect(answer.text).toBe("hello!");
    expect([...answer.data]).toEqual([0, 1, 255]);
    expect(header?.get("x-answer")).toBe("to q");
    expect(trailer?.get("x-end")).toBe("fin");
  });

  it("reads and sets single headers, beside whole ones and in a derived context", async () => {
    const middleware: RpcMiddleware = async ({ context }, next) => {
      setResponseHeader(context, "x-first", "1");
      setResponseHeader(context, "x-second", "old");
      await next(deriveContext(context, {}));
    };
    const { client } = await serve(
      {
        say(_, context) {
          setResponseHeader(context, "x-second", "2");
          context.responseHeader.set("x-third", "3");
          return { text: `${readRequestHeader(context, "x-question")} ${readRequestHeader(context, "x-missing")}` };
        },
      },
      [middleware],
    );
    let header = new Headers();
    const answer = await client.say({}, { headers: { "x-question": "q" }, onHeader: (h) => (header = h) });
    expect(answer.text).toBe("q null");
    expect(["x-first", "x-second", "x-third"].map((key) => header.get(key))).toEqual(["1", "2", "3"]);
    const plain: RpcMiddleware = async ({ context }, next) => {
      for (const value of ["old", "new"]) setResponseHeader(context, "x-plain", value);
      setResponseHeader(context, "x-question", readRequestHeader(context, "x-question") ?? "");
      await next();
    };
    const { client: other } = await serve({ say: () => ({}) }, [plain]);
    const headers = new Headers([["x-question", "a"]]);
    headers.append("x-question", "b");
    await other.say({}, { headers, onHeader: (h) => (header = h) });
    expect(["x-plain", "x-question"].map((key) => header.get(key))).toEqual(["new", "a, b"]);
  });

  it("carries reason, metadata and retry delay of an expected failure", async () => {
    const { client } = await serve({
      say() {
        throw new SwitchyardError(
          "RATE_LIMITED",
          "zu viele — später",
          { limit: "3" },
          { retryAfterMs: 1500, cause: new Error("secret") },
        );
      },
    });
    const error = await rejection(client.say({}));
    expect(error.code).toBe(Code.ResourceExhausted);
    expect(error.findDetails(ErrorInfoSchema)).toMatchObject([{ reason: "RATE_LIMITED", domain: "switchyard" }]);
    expect(fromConnectError(error)).toMatchObject({
      reason: "RATE_LIMITED",
      message: "zu viele — später",
      metadata: { limit: "3" },
      retryAfterMs: 1500,
    });
    expect(error.cause).toBeUndefined();
  });

  it.each(["unary", "server stream"])("hides an unexpected error of a %s", async (kind) => {
    const boom = () => {
      throw new TypeError("password is hunter2");
    };
    const { client } = await serve({
      say: boom,
      async *count() {
        yield { number: 1 };
        boom();
      },
    });
    const error = await rejection(kind === "unary" ? client.say({}) : collect(client.count({})));
    expect(error).toMatchObject({ code: Code.Internal, rawMessage: "internal error" });
    expect(error.message).not.toContain("hunter2");
    expect(error.findDetails(ErrorInfoSchema)).toMatchObject([{ reason: "INTERNAL", metadata: {} }]);
  });

  it("says UNIMPLEMENTED with a reason for a method without handler", async () => {
    const { client } = await serve({});
    const error = await rejection(client.missing({}));
    expect(error.code).toBe(Code.Unimplemented);
    expect(error.findDetails(ErrorInfoSchema)[0]?.reason).toBe("UNIMPLEMENTED");
    expect((await rejection(collect(client.count({})))).code).toBe(Code.Unimplemented);
  });

  it("ends a call at its deadline, on both sides", async () => {
    const seen = signalled<{ timeoutMs: number | undefined; reason: unknown }>();
    const { client } = await serve({
      async say(_, context) {
        const timeoutMs = context.timeoutMs();
        await aborted(context.signal);
        seen.send({ timeoutMs, reason: context.signal.reason });
        return {};
      },
    });
    let met: Awaited<typeof seen.received> | undefined;
    void seen.received.then((what) => (met = what));
    // One that the machine kept on the way for longer than its deadline never got to the handler.
    await until(async () => {
      const error = await rejection(client.say({}, { timeoutMs: 150 }));
      expect(error.code).toBe(Code.DeadlineExceeded);
      return met !== undefined;
    });
    const { timeoutMs, reason } = await seen.received;
    expect(timeoutMs).toBeGreaterThan(0);
    expect(timeoutMs).toBeLessThanOrEqual(150);
    // The client may reset the call before the server's own timer: then the handler sees a cancelled call.
    expect(["DEADLINE_EXCEEDED", "CANCELLED"]).toContain(reasonOf(reason));
  });

  it("ends a call at its deadline although the handler does not care", async () => {
    const release = signalled<void>();
    const { client } = await serve({
      async say() {
        await release.received;
        return {};
      },
    });
    expect((await rejection(client.say({}, { timeoutMs: 50 }))).code).toBe(Code.DeadlineExceeded);
    release.send();
  });

  it("cancels a unary call and aborts its handler", async () => {
    const started = signalled<void>();
    const ended = signalled<unknown>();
    const { client } = await serve({
      async say(_, { signal }) {
        started.send();
        await aborted(signal);
        ended.send(signal.reason);
        signal.throwIfAborted();
        return {};
      },
    });
    const caller = new AbortController();
    const call = rejection(client.say({}, { signal: caller.signal }));
    await started.received;
    caller.abort();
    expect((await call).code).toBe(Code.Canceled);
    expect(reasonOf(await ended.received)).toBe("CANCELLED");
  });

  it("lets middleware see every kind of call once, replace the context, and refuse", async () => {
    const key = createContextKey("");
    const log: string[] = [];
    const middleware: RpcMiddleware = async ({ method, context, request }, next) => {
      if (context.requestHeader.get("x-refuse") !== null) throw new SwitchyardError("PERMISSION_DENIED", "no");
      context.values.set(key, method.name);
      const marked = new AbortController();
      marked.abort(new ConnectError("marked", Code.Aborted));
      await next(request === undefined ? undefined : deriveContext(context, { signal: marked.signal }));
      log.push(`${method.name} over`);
    };
    const tell = (context: HandlerContext) => ({
      text: context.values.get(key),
      number: context.signal.aborted ? 1 : 0,
    });
    const { client } = await serve(
      {
        say: (_, context) => tell(context),
        async *count(_, context) {
          yield tell(context);
        },
        async sum(requests, context) {
          for await (const _ of requests);
          return tell(context);
        },
      },
      [middleware],
    );
    expect(await client.say({})).toMatchObject({ text: "Say", number: 1 });
    expect(await collect(client.count({}))).toMatchObject([{ text: "Count", number: 1 }]);
    expect(await client.sum(notes(2))).toMatchObject({ text: "Sum", number: 0 });
    expect(reasonOf(await rejection(client.say({}, { headers: { "x-refuse": "1" } })))).toBe("PERMISSION_DENIED");
    expect(reasonOf(await rejection(collect(client.count({}, { headers: { "x-refuse": "1" } }))))).toBe(
      "PERMISSION_DENIED",
    );
    expect(log).toEqual(["Say over", "Count over", "Sum over"]);
  });

  it("ends held calls on shutdown with a reason to come back", async () => {
    const started = signalled<void>();
    const { client, mount } = await serve({
      async say(_, { signal }) {
        started.send();
        await aborted(signal);
        throw signal.reason;
      },
    });
    const call = rejection(client.say({}));
    await started.received;
    mount.shutdown();
    const error = await call;
    expect(error.code).toBe(Code.Unavailable);
    expect(reasonOf(error)).toBe("SHUTTING_DOWN");
  });

  it("turns an abort error of a handler into the reason of its signal", async () => {
    const started = signalled<void>();
    const { client, mount } = await serve({
      async say(_, { signal }) {
        started.send();
        await aborted(signal);
        throw new DOMException("This operation was aborted", "AbortError");
      },
    });
    const call = rejection(client.say({}));
    await started.received;
    mount.shutdown();
    expect(reasonOf(await call)).toBe("SHUTTING_DOWN");
  });

  it.runIf(overWire)("refuses a message over the limit, and the next call works", async () => {
    const { client } = await serve({ say: (request) => ({ number: request.data.byteLength }) });
    const error = await rejection(client.say({ data: new Uint8Array(5 * 1024 * 1024) }));
    expect(error.code).toBe(Code.ResourceExhausted);
    expect((await client.say({ data: new Uint8Array(1000) })).number).toBe(1000);
  });

  it("serves many calls at once", async () => {
    const { client } = await serve({ say: async ({ number }) => ({ number: number * 2 }) });
    const answers = await Promise.all([...Array(300).keys()].map((number) => client.say({ number })));
    expect(answers.map((answer) => answer.number)).toEqual([...Array(300).keys()].map((number) => number * 2));
  });
});
