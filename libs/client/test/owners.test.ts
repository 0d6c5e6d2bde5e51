import { Code, ConnectError } from "@connectrpc/connect";
import { DispatchService } from "@switchyard/proto/switchyard/scheduler/v1/dispatch_service_pb";
import { JobService } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import { ShardService } from "@switchyard/proto/switchyard/scheduler/v1/shard_service_pb";
import { createClient, createGrpcServer } from "@switchyard/rpc";
import { eventually } from "@switchyard/testkit";
import { expect, test } from "vitest";
import { createOwnerDirectory, createOwnerTransport, createSwitchyardClient } from "../src/index.js";
import { notOwner, SchedulerReplicas } from "./scheduler-replicas.js";

/** Two replicas, `a` and `b`, that own shard 1 and 2; namespaces `in-a` and `in-b` live there. */
function setUp() {
  const replicas = new SchedulerReplicas();
  replicas.shards.set("in-a", 1).set("in-b", 2);
  replicas.owners.set(1, "a").set(2, "b");
  const ways: string[] = [];
  const directory = createOwnerDirectory({ shards: replicas.directoryClient });
  const transport = createOwnerTransport({
    seed: replicas.open("any"),
    open: (address) => replicas.open(address),
    directory,
    onCall: (way) => ways.push(way),
  });
  const jobs = createClient(JobService, transport);
  const dispatch = createClient(DispatchService, transport);
  /** Returns when a namespace is known. */
  const know = async (namespace: string) => {
    await directory.locate(namespace);
    replicas.takeCalls();
    ways.length = 0;
  };
  return { replicas, ways, directory, transport, jobs, dispatch, know };
}

const lost = () => new ConnectError("connection dropped", Code.Unavailable);

test("the first call about a namespace goes to any replica, the next ones to its owner", async () => {
  const { replicas, ways, directory, jobs } = setUp();
  await jobs.getJob({ namespace: "in-b" });
  await eventually(() => expect(directory.shardOf("in-b")).toBe(2));
  await jobs.getJob({ namespace: "in-b" });
  for await (const _ of jobs.watchJobs({ namespace: "in-b" }));
  expect(replicas.takeCalls()).toEqual(["any GetJob in-b", "b GetJob in-b", "b WatchJobs in-b"]);
  expect([replicas.lookups, ways]).toEqual([[["in-b"]], ["any", "direct", "direct"]]);
});

test("a namespace is not looked up for a call that was refused", async () => {
  const { replicas, directory, jobs } = setUp();
  replicas.failures.set("any", new ConnectError("not yours", Code.PermissionDenied));
  await expect(jobs.getJob({ namespace: "in-b" })).rejects.toThrow("not yours");
  await directory.locate("in-a");
  expect(replicas.lookups).toEqual([["in-a"]]);
});

test("calls that name no namespace are found by what they carry", async () => {
  const { replicas, dispatch, know } = setUp();
  await know("in-a");
  await know("in-b");
  await dispatch.syncCapacity({ shard: 2 });
  await dispatch.syncCapacity({ shard: 7 });
  await dispatch.reportAttempts({ reports: [{ namespace: "in-a" }] });
  await dispatch.reportAttempts({ reports: [] });
  expect(replicas.takeCalls()).toEqual([
    "b SyncCapacity 2",
    "any SyncCapacity 7",
    "a ReportAttempts in-a",
    "any ReportAttempts ",
  ]);
});

test("what a replica refuses as not its own is repeated by any replica at once, whatever it is", async () => {
  const { replicas, ways, jobs, know } = setUp();
  await know("in-a");
  replicas.failures.set("a", notOwner());
  expect((await jobs.getJob({ namespace: "in-a" })).job?.id).toBe("any");
  expect(ways).toEqual(["direct", "repeated"]);
  // The owner is looked up anew, and found to be the other one.
  replicas.owners.set(1, "b");
  await eventually(async () => expect((await jobs.getJob({ namespace: "in-a" })).job?.id).toBe("b"));
});

test("a failure of unknown effect stands, and the next call goes to any replica", async () => {
  const { replicas, jobs, know } = setUp();
  await know("in-a");
  replicas.lookupFailure = lost();
  replicas.failures.set("a", lost());
  await expect(jobs.getJob({ namespace: "in-a" })).rejects.toThrow("connection dropped");
  await jobs.getJob({ namespace: "in-a" });
  expect(replicas.takeCalls()).toEqual(["a GetJob in-a", "any GetJob in-a"]);
});

test("an error that every replica would give leaves the owner known", async () => {
  const { replicas, jobs, know } = setUp();
  await know("in-a");
  replicas.failures.set("a", new ConnectError("no such job", Code.NotFound));
  await expect(jobs.getJob({ namespace: "in-a" })).rejects.toThrow("no such job");
  await jobs.getJob({ namespace: "in-a" });
  expect(replicas.takeCalls()).toEqual(["a GetJob in-a", "a GetJob in-a"]);
});

test("a stream is begun anew by any replica before its first message, and not after", async () => {
  const { replicas, jobs, know } = setUp();
  const watch = async () => {
    const seen: number[] = [];
    for await (const { sequence } of jobs.watchJobs({ namespace: "in-a" })) seen.push(Number(sequence));
    return seen;
  };
  await know("in-a");
  replicas.failures.set("a", notOwner());
  expect(await watch()).toEqual([100]);
  expect(replicas.takeCalls()).toEqual(["a WatchJobs in-a", "any WatchJobs in-a"]);
  await eventually(async () => {
    await watch();
    expect(replicas.takeCalls()).toEqual(["a WatchJobs in-a"]);
  });
  replicas.eventsBeforeFailure = 2;
  replicas.failures.set("a", notOwner());
  await expect(watch()).rejects.toThrow("not the owner");
  expect(replicas.takeCalls()).toEqual(["a WatchJobs in-a"]);
});

test("owners that tell no address, or are not reached, are called as any replica is", async () => {
  const { replicas, jobs, know } = setUp();
  replicas.owners.set(1, "");
  replicas.unreachable.add("b");
  await know("in-a");
  await know("in-b");
  await jobs.getJob({ namespace: "in-a" });
  await jobs.getJob({ namespace: "in-b" });
  expect(replicas.takeCalls()).toEqual(["any GetJob in-a", "any GetJob in-b"]);
  replicas.unreachable.clear();
  await jobs.getJob({ namespace: "in-b" });
  expect(replicas.takeCalls()).toEqual(["b GetJob in-b"]);
});

test.each([Code.Unimplemented, Code.PermissionDenied])(
  "a scheduler that answers no lookup is asked once (%s)",
  async (code) => {
    const { replicas, directory, jobs } = setUp();
    replicas.lookupFailure = new ConnectError("no", code);
    expect(await directory.locate("in-b")).toBe(0);
    for (let i = 0; i < 3; i++) await jobs.getJob({ namespace: `in-${i}` });
    await new Promise((resolve) => setImmediate(resolve));
    expect(replicas.lookups).toHaveLength(1);
    expect(replicas.takeCalls().every((call) => call.startsWith("any"))).toBe(true);
  },
);

test("over the wire: the owner is called directly, and any replica as soon as the owner is gone", async () => {
  const replicas = new SchedulerReplicas();
  const serve = async (name: string) => {
    const server = createGrpcServer({ routes: replicas.routesAt(name) });
    return { server, address: await server.listen("127.0.0.1:0") };
  };
  const [seed, owner] = [await serve("any"), await serve("a")];
  replicas.owners.set(0, owner.address);
  const client = createSwitchyardClient({ addresses: { scheduler: seed.address, catalog: "127.0.0.1:1" } });
  try {
    const answeredBy = async () => (await client.jobs.getJob({ namespace: "ns" })).job?.id;
    expect(await answeredBy()).toBe("any");
    await eventually(async () => expect(await answeredBy()).toBe("a"));
    await owner.server.stop(0);
    expect(await answeredBy()).toBe("any");
    expect(replicas.takeCalls().every((call) => call.endsWith("GetJob ns"))).toBe(true);
  } finally {
    client.close();
    await seed.server.stop(0);
    await owner.server.stop(0);
  }
});

test("a lookup carries the token of the client", async () => {
  const replicas = new SchedulerReplicas();
  const tokens: (string | null)[] = [];
  const server = createGrpcServer({
    routes: replicas.routesAt("any"),
    middleware: [
      async ({ method, context }, next) => {
        if (method.parent.typeName === ShardService.typeName) tokens.push(context.requestHeader.get("authorization"));
        await next();
      },
    ],
  });
  const address = await server.listen("127.0.0.1:0");
  const client = createSwitchyardClient({ address, token: "swt_1" });
  await client.jobs.getJob({ namespace: "ns" });
  await eventually(() => expect(tokens).toEqual(["Bearer swt_1"]));
  client.close();
  await server.stop(0);
});
