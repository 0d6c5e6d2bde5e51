import { Code, ConnectError } from "@connectrpc/connect";
import { systemClock } from "@switchyard/clock";
import { createClient, createInMemoryTransport, route } from "@switchyard/rpc";
import { ShardService } from "@switchyard/proto/switchyard/scheduler/v1/shard_service_pb";
import { eventually } from "@switchyard/testkit";
import { expect, it } from "vitest";
import { createOwnerDirectory } from "./owner-directory.js";

/** A directory with a clock that is moved by hand, over a scheduler in which all namespaces live in one shard. */
function setUp(options: { readonly maxNamespaces?: number } = {}) {
  const scheduler = { shard: 1, address: "a:1", failure: undefined as Error | undefined };
  const lookups: string[][] = [];
  const locateNamespaces = ({ namespaces }: { readonly namespaces: string[] }) => {
    lookups.push(namespaces);
    const { shard, address, failure } = scheduler;
    if (failure !== undefined) throw failure;
    return { locations: namespaces.map((namespace) => ({ namespace, shard, address })) };
  };
  const transport = createInMemoryTransport({ routes: [route(ShardService, { locateNamespaces })] });
  let now = 0;
  const directory = createOwnerDirectory({
    shards: createClient(ShardService, transport),
    maxAgeMs: 1_000,
    clock: { ...systemClock, monotonicMs: () => now },
    ...options,
  });
  const pass = (ms: number) => {
    now += ms;
  };
  return { scheduler, lookups, directory, pass };
}

it("asks for everything that is wanted at a time in one call, and once", async () => {
  const { lookups, directory } = setUp();
  expect(directory.shardOf("x")).toBeUndefined();
  directory.lookUp("z");
  expect(await Promise.all([directory.locate("x"), directory.locate("y"), directory.locate("x")])).toEqual([1, 1, 1]);
  expect([directory.shardOf("z"), directory.addressOf(1), directory.addressOf(2)]).toEqual([1, "a:1", undefined]);
  expect(lookups).toEqual([["z", "x", "y"]]);
});

it("cuts more than a thousand names into several calls", async () => {
  const { lookups, directory } = setUp();
  await Promise.all(Array.from({ length: 2_500 }, (_, i) => directory.locate(`ns-${i}`)));
  expect(lookups.map(({ length }) => length)).toEqual([1_000, 1_000, 500]);
});

it("answers what is old, looks it up meanwhile, and tells of a move", async () => {
  const { scheduler, lookups, directory, pass } = setUp();
  const moves: unknown[] = [];
  directory.onMoved((...move) => moves.push(move));
  await directory.locate("x");
  pass(999);
  expect([directory.shardOf("x"), lookups.length]).toEqual([1, 1]);
  Object.assign(scheduler, { shard: 3, address: "b:1" });
  pass(1);
  expect(directory.shardOf("x")).toBe(1);
  await eventually(() => expect(directory.shardOf("x")).toBe(3));
  expect([directory.addressOf(3), moves]).toEqual(["b:1", [["x", 1, 3]]]);
});

it("forgets an address until a namespace of its shard is looked up", async () => {
  const { scheduler, directory } = setUp();
  await directory.locate("x");
  directory.forgetAddress("b:1");
  expect(directory.addressOf(1)).toBe("a:1");
  directory.forgetAddress("a:1");
  expect([directory.addressOf(1), directory.shardOf("x")]).toEqual([undefined, 1]);
  scheduler.address = "c:1";
  directory.lookUp("x");
  await eventually(() => expect(directory.addressOf(1)).toBe("c:1"));
});

it("rejects whoever waits when no replica answers, and leaves the scheduler alone for a moment", async () => {
  const { scheduler, lookups, directory, pass } = setUp();
  scheduler.failure = new ConnectError("away", Code.Unavailable);
  await expect(directory.locate("x")).rejects.toThrow("away");
  directory.lookUp("x");
  expect(directory.shardOf("x")).toBeUndefined();
  scheduler.failure = undefined;
  // Somebody who waits is not put off.
  expect(await directory.locate("y")).toBe(1);
  pass(500);
  directory.lookUp("x");
  await eventually(() => expect(directory.shardOf("x")).toBe(1));
  expect(lookups).toEqual([["x"], ["y"], ["x"]]);
});

it("takes everything for one shard where the question is not served, and asks again much later", async () => {
  const { scheduler, lookups, directory, pass } = setUp();
  scheduler.failure = new ConnectError("no such service", Code.Unimplemented);
  expect(await directory.locate("x")).toBe(0);
  expect([directory.shardOf("y"), directory.addressOf(0), lookups.length]).toEqual([0, "", 1]);
  scheduler.failure = undefined;
  pass(300_000);
  expect(await directory.locate("x")).toBe(1);
});

it("remembers so many namespaces and no more", async () => {
  const { directory } = setUp({ maxNamespaces: 2 });
  await directory.locate("x");
  await directory.locate("y");
  await directory.locate("z");
  expect(["x", "y", "z"].map((namespace) => directory.shardOf(namespace))).toEqual([undefined, 1, 1]);
});
