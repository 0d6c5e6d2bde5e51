import { Code, ConnectError } from "@connectrpc/connect";
import {
  DispatchService,
  type SyncCapacityRequest,
} from "@switchyard/proto/switchyard/scheduler/v1/dispatch_service_pb";
import { createClient, createInMemoryTransport, route } from "@switchyard/rpc";
import { createSignal, eventually } from "@switchyard/testkit";
import { afterEach, expect, it } from "vitest";
import { type CapacityLoops, createCapacityLoops } from "./capacity-loops.js";

let loops: CapacityLoops | undefined;
afterEach(() => loops?.stop());

/** Conversations with shards of a directory that is written by hand; a call is held until a newer one of its session comes. */
function setUp({ lookMs = 60_000 } = {}) {
  const asked = createSignal<SyncCapacityRequest>("a call");
  const held = new Map<
    string,
    { readonly answer: (response: object) => void; readonly fail: (error: Error) => void }
  >();
  const homes = new Map<string, number>([
    ["ns1", 1],
    ["ns2", 2],
  ]);
  const interrupted: string[] = [];
  const errors: unknown[] = [];
  const lookedUp: string[] = [];
  let tellMove: (namespace: string, from: number, to: number) => void = () => undefined;
  const located: (() => void)[] = [];
  const syncCapacity = (request: SyncCapacityRequest) => {
    held.get(request.sessionId)?.answer({});
    asked.emit(request);
    const hold = Number(request.hold?.seconds ?? 0n);
    if (hold === 0) return {};
    return new Promise<object>((answer, fail) => held.set(request.sessionId, { answer, fail }));
  };
  const transport = createInMemoryTransport({ routes: [route(DispatchService, { syncCapacity })] });
  loops = createCapacityLoops({
    scheduler: createClient(DispatchService, transport),
    shards: {
      shardOf: (namespace) => homes.get(namespace),
      locate: (namespace) =>
        new Promise((resolve, reject) =>
          located.push(() => {
            const home = homes.get(namespace);
            if (home === undefined) reject(new ConnectError("away", Code.Unavailable));
            else resolve(home);
          }),
        ),
      lookUp: (namespace) => void lookedUp.push(namespace),
      onMoved: (listener) => {
        tellMove = listener;
      },
    },
    onLeases: () => undefined,
    onRevocations: () => undefined,
    onInterrupted: (isConcerned) => interrupted.push(...["ns1", "ns2", "ns3"].filter(isConcerned)),
    onError: (error) => errors.push(error),
    backoffMs: 1,
    lookMs,
  });
  loops.start();
  const want = (namespace: string, wanted: number, runnerId = "r1") =>
    loops?.state({ namespace, runnerId, profile: undefined, wanted });
  const move = (namespace: string, to: number) => {
    const from = homes.get(namespace) ?? -1;
    homes.set(namespace, to);
    tellMove(namespace, from, to);
  };
  /** The next call to a shard that names a runner. */
  const nextDemand = async (shard: number) => {
    const request = await asked.nextMatching((call) => call.shard === shard && call.demands.length > 0);
    return request.demands.map(({ namespace, runnerId, credit }) => `${namespace}/${runnerId} ${credit}`);
  };
  return { asked, held, homes, located, interrupted, errors, lookedUp, want, move, nextDemand };
}

it("speaks with each shard about the runners of its namespaces, and with no other", async () => {
  const { want, nextDemand, asked, interrupted } = setUp();
  want("ns1", 1);
  want("ns2", 2);
  expect([await nextDemand(1), await nextDemand(2)]).toEqual([["ns1/r1 1"], ["ns2/r1 2"]]);
  expect([asked.waiting, interrupted]).toEqual([0, []]);
});

it("keeps wishes until their namespace is located, the newest of each runner", async () => {
  const { want, homes, located, errors, nextDemand } = setUp();
  want("ns3", 1);
  want("ns3", 4);
  want("ns3", 2, "r2");
  expect(located).toHaveLength(1);
  located.pop()?.();
  await eventually(() => expect(located).toHaveLength(1));
  expect(errors).toHaveLength(1);
  homes.set("ns3", 7);
  // What is stated now stands behind what waits.
  want("ns3", 3);
  located.pop()?.();
  expect(await nextDemand(7)).toEqual(["ns3/r1 3", "ns3/r2 2"]);
});

it("takes demand along when a namespace moves, and asks its runners what they have", async () => {
  const { want, move, nextDemand, interrupted } = setUp();
  want("ns1", 2);
  want("ns1", 1, "r2");
  expect(await nextDemand(1)).toEqual(["ns1/r1 2", "ns1/r2 1"]);
  move("ns1", 2);
  expect(await nextDemand(1)).toEqual(["ns1/r1 0", "ns1/r2 0"]);
  expect(await nextDemand(2)).toEqual(["ns1/r1 2", "ns1/r2 1"]);
  expect(interrupted).toEqual(["ns1"]);
});

it("looks for the namespaces of a conversation that broke, and asks their runners only", async () => {
  const { want, held, asked, lookedUp, interrupted } = setUp();
  want("ns1", 1);
  const { sessionId } = await asked.nextMatching(({ shard, demands }) => shard === 1 && demands.length > 0);
  want("ns2", 1);
  await asked.nextMatching(({ shard }) => shard === 2);
  held.get(sessionId)?.fail(new ConnectError("lost", Code.Unavailable));
  await asked.nextMatching((call) => call.shard === 1 && call.sessionId !== sessionId);
  expect([lookedUp, interrupted]).toEqual([["ns1"], ["ns1"]]);
});

it("ends a conversation when no runner has said a word for long", async () => {
  const { want, asked } = setUp({ lookMs: 2 });
  want("ns1", 1);
  const { sessionId } = await asked.nextMatching(({ demands }) => demands.length > 0);
  const last = await asked.nextMatching(({ full, revision }) => full && revision > 1n);
  expect([last.sessionId, last.demands, last.shard]).toEqual([sessionId, [], 1]);
  want("ns1", 1);
  const anew = await asked.nextMatching(({ demands }) => demands.length > 0);
  expect(anew.sessionId).not.toBe(sessionId);
});
