import { createGrpcServer, createGrpcTransport, createClient, route } from "@switchyard/rpc";
import { expect, it } from "vitest";
import { Echo } from "./echo-proto.js";
import { until } from "./waiting.js";

it("stays with one of several servers, and goes to another one when that is gone", async () => {
  const servers = [0, 1, 2].map((number) =>
    createGrpcServer({ routes: [route(Echo, { say: () => Promise.resolve({ number }) })] }),
  );
  const address = await Promise.all(servers.map((server) => server.listen("127.0.0.1:0")));
  const transport = createGrpcTransport({ address, stay: true });
  const client = createClient(Echo, transport);
  const answerers = async () =>
    new Set(await Promise.all([...Array(20).keys()].map(async () => (await client.say({})).number)));

  const first = await answerers();
  expect(first.size).toBe(1);
  expect(await answerers()).toEqual(first);

  const [gone] = first;
  await servers[gone ?? -1]?.stop(0);
  await until(() =>
    client.say({}).then(
      () => true,
      () => false,
    ),
  );
  const second = await answerers();
  expect(second.size).toBe(1);
  expect(second).not.toEqual(first);

  transport.close();
  await Promise.all(servers.map((server) => server.stop(0)));
});
