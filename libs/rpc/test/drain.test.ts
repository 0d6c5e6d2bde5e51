import { createGrpcServer, createGrpcTransport, createClient, route } from "@switchyard/rpc";
import { expect, it } from "vitest";
import { Echo } from "./echo-proto.js";
import { signalled, until } from "./waiting.js";

const implementation = (count = { served: 0 }) => ({
  async say({ number }: { number: number }) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    count.served++;
    return { number };
  },
  async *count({ number }: { number: number }) {
    for (let i = 0; i < number; i++) {
      await new Promise((resolve) => setTimeout(resolve, 2));
      yield { number: i };
    }
  },
});

it("drains under load without a failed call, and lets a finite stream finish", async () => {
  const counts = [{ served: 0 }, { served: 0 }];
  const [old, fresh] = counts.map((count) => createGrpcServer({ routes: [route(Echo, implementation(count))] }));
  if (old === undefined || fresh === undefined) throw new Error("two servers");
  const address = [await old.listen("127.0.0.1:0"), await fresh.listen("127.0.0.1:0")];
  const transport = createGrpcTransport({ address });
  const client = createClient(Echo, transport);

  let running = true;
  let answered = 0;
  const callers = [...Array(32).keys()].map(async (number) => {
    while (running) {
      expect((await client.say({ number })).number).toBe(number);
      answered++;
    }
  });
  const stream = (async () => {
    let received = 0;
    for await (const _ of client.count({ number: 200 })) received++;
    return received;
  })();
  await until(() => (counts[0]?.served ?? 0) > 50 && (counts[1]?.served ?? 0) > 50);

  await old.stop(10_000);
  expect(old.activeCalls).toBe(0);
  const before = answered;
  await until(() => answered > before + 100);
  running = false;
  await Promise.all(callers);
  expect(await stream).toBe(200);
  transport.close();
  await fresh.stop(1000);
});

it("cuts a handler that heeds nothing after the grace time", async () => {
  const started = signalled<void>();
  const server = createGrpcServer({
    routes: [
      route(Echo, {
        say: () => {
          started.send();
          return new Promise<never>(() => undefined);
        },
      }),
    ],
  });
  // The caller hears nothing of the cut but that pings are not answered any more.
  const keepalive = { timeMs: 500, timeoutMs: 500 };
  const transport = createGrpcTransport({ address: await server.listen("127.0.0.1:0"), keepalive });
  const call = createClient(Echo, transport).say({});
  let hasFailed = false;
  const failed = expect(call.finally(() => (hasFailed = true))).rejects.toThrow();
  await started.received;
  await server.stop(50);
  // The end of the grace ends the stop, not the caller's finding out.
  expect(hasFailed).toBe(false);
  await server.stop(50);
  await failed;
  transport.close();
});

it("goes on with the other address when one is down", async () => {
  const server = createGrpcServer({ routes: [route(Echo, implementation())] });
  const gone = createGrpcServer({ routes: [] });
  const dead = await gone.listen("127.0.0.1:0");
  await gone.stop(0);
  const transport = createGrpcTransport({ address: [dead, await server.listen("127.0.0.1:0")] });
  const client = createClient(Echo, transport);
  let good = 0;
  await until(async () => {
    good = await client.say({ number: 1 }).then(
      () => good + 1,
      () => 0,
    );
    return good >= 10;
  });
  transport.close();
  await server.stop(0);
});

it("says which address is taken", async () => {
  const first = createGrpcServer({ routes: [] });
  const address = await first.listen("127.0.0.1:0");
  await expect(createGrpcServer({ routes: [] }).listen(address)).rejects.toThrow(`cannot listen on ${address}`);
  await first.stop(0);
});
