import { Code, ConnectError } from "@connectrpc/connect";
import {
  DispatchService,
  type SyncCapacityRequest,
} from "@switchyard/proto/switchyard/scheduler/v1/dispatch_service_pb";
import { createClient, createInMemoryTransport, route } from "@switchyard/rpc";
import { createSignal } from "@switchyard/testkit";
import { expect, it } from "vitest";
import { createCapacityLoop } from "./capacity-loop.js";

interface Asked {
  readonly request: SyncCapacityRequest;
  readonly answer: (delivery: number, ...jobs: readonly string[]) => void;
  readonly lapse: (delivery: number, ...jobs: readonly string[]) => void;
  readonly fail: () => void;
}

/** A loop whose calls are answered by hand. */
function setUp() {
  const asked = createSignal<Asked>("a call");
  const leases: string[] = [];
  let interruptions = 0;
  const syncCapacity = (request: SyncCapacityRequest) =>
    new Promise<object>((resolve, reject) => {
      const tell =
        (what: "leases" | "lapsed") =>
        (delivery: number, ...jobs: readonly string[]) =>
          resolve({
            delivery: BigInt(delivery),
            [what]: jobs.map((jobId) => ({ namespace: "ns", runnerId: "r1", jobId, attempt: 1 })),
          });
      asked.emit({
        request,
        answer: tell("leases"),
        lapse: tell("lapsed"),
        fail: () => reject(new ConnectError("lost", Code.Unavailable)),
      });
    });
  const transport = createInMemoryTransport({ routes: [route(DispatchService, { syncCapacity })] });
  const loop = createCapacityLoop({
    scheduler: createClient(DispatchService, transport),
    shard: 3,
    onLeases: (granted) => leases.push(...granted.map(({ jobId }) => jobId)),
    onRevocations: () => undefined,
    onInterrupted: () => interruptions++,
    onError: () => undefined,
    backoffMs: 1,
  });
  const want = (wanted: number) => loop.state({ namespace: "ns", runnerId: "r1", profile: undefined, wanted });
  loop.start();
  return { loop, asked, leases, want, interruptions: () => interruptions };
}

const credits = ({ request }: Asked) => request.demands.map(({ credit }) => Number(credit));

it("counts a lease once when overlapping calls both bring it", async () => {
  const { asked, leases, want } = setUp();
  const first = await asked.next();
  want(3);
  const second = await asked.next();
  expect([credits(second), second.request.shard]).toEqual([[3], 3]);
  first.answer(1, "a");
  const third = await asked.next();
  expect(third.request.receivedDelivery).toBe(1n);
  // Sent before the receipt of the first delivery was known, so it brings that again.
  second.answer(2, "a", "b");
  const fourth = await asked.next();
  third.answer(3, "b", "c");
  await asked.next();
  expect(leases).toEqual(["a", "b", "c"]);
  fourth.answer(0);
  want(1);
  const last = await asked.nextMatching(({ request }) => request.demands.length > 0 && request.receivedDelivery === 3n);
  expect(credits(last)).toEqual([4]);
});

it("counts a lease that ended before it was delivered, once, and asks for another in its place", async () => {
  const { asked, leases, want } = setUp();
  const first = await asked.next();
  want(2);
  const second = await asked.next();
  first.answer(1, "a");
  const third = await asked.next();
  // Both tell of what the first answer brought; that it is over by now is no second grant.
  second.lapse(2, "a", "b");
  const fourth = await asked.nextMatching(({ request }) => request.demands.length > 0);
  expect([leases, credits(fourth)]).toEqual([["a"], [4]]);
  third.answer(0);
});

it("has no more than two calls under way, and tells what gathered meanwhile in one", async () => {
  const { asked, want } = setUp();
  const first = await asked.next();
  want(1);
  const second = await asked.next();
  want(2);
  want(3);
  await new Promise((resolve) => setImmediate(resolve));
  expect(asked.waiting).toBe(0);
  first.answer(0);
  const third = await asked.next();
  expect([credits(second), credits(third)]).toEqual([[1], [3]]);
  expect(third.request.sessionId).toBe(first.request.sessionId);
});

it("closes a broken session before it asks anew, and receives what that still had", async () => {
  const { asked, leases, want, interruptions } = setUp();
  const first = await asked.next();
  want(2);
  const second = await asked.next();
  first.answer(1, "a");
  const third = await asked.next();
  // The replaced call still hangs: that must not keep the loop from going on.
  third.fail();

  const closing = await asked.nextMatching(({ request }) => request.full);
  expect(closing.request).toMatchObject({ sessionId: first.request.sessionId, demands: [], receivedDelivery: 1n });
  expect(interruptions()).toBe(0);
  closing.fail();
  const again = await asked.next();
  expect(again.request).toMatchObject({ sessionId: first.request.sessionId, demands: [], full: true });
  second.answer(0);
  again.answer(2, "b");
  const anew = await asked.next();
  expect(anew.request.sessionId).not.toBe(first.request.sessionId);
  expect([anew.request.full, credits(anew), interruptions()]).toEqual([true, [2], 1]);
  expect(leases).toEqual(["a", "b"]);
});

it("takes all demand back at its end, with what is still to come", async () => {
  const { loop, asked, leases, want } = setUp();
  want(2);
  await asked.next();
  const stopping = loop.stop();
  const last = await asked.nextMatching(({ request }) => request.full && request.revision > 1n);
  expect(last.request.demands).toEqual([]);
  last.answer(1, "late");
  await stopping;
  expect(leases).toEqual(["late"]);
});
