import { eventually } from "@switchyard/testkit";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createFixture, firstSync, type Fixture, newNamespace, ref, register } from "./fixture.js";

let fixture: Fixture;
beforeAll(async () => {
  fixture = await createFixture({ pendingMs: 2_000 });
});
afterAll(() => fixture.close());

/** A namespace in a shard, with a registered runner. */
async function inShard(shard: number): Promise<string> {
  const namespace = newNamespace();
  fixture.scheduler.shards.homes.set(namespace, shard);
  await register(fixture, namespace, "r1");
  return namespace;
}

const succeed = { case: "outcome", value: { kind: 1 } } as const;

it("runners get work from the shard of their namespace, each shard over a session of its own", async () => {
  const { scheduler, runners } = fixture;
  const [first, second] = [await inShard(1), await inShard(2)];
  const held = [first, second].map((namespace) => runners.syncRunner(firstSync(namespace, "r1")));
  await eventually(() => expect(scheduler.capacity.heldShards).toEqual([1, 2]));
  const jobs = [scheduler.submit(first), scheduler.submit(second)];
  const leases = (await Promise.all(held)).flatMap((answer) => answer.leases.map(({ jobId }) => jobId));
  expect(leases).toEqual(jobs.map(({ id }) => id));
});

it("a shard whose owner does not answer holds up nobody of the others", async () => {
  const { scheduler, runners } = fixture;
  const [stuck, other] = [await inShard(3), await inShard(4)];
  const begin = async (namespace: string) => {
    const held = runners.syncRunner(firstSync(namespace, "r1"));
    const job = scheduler.submit(namespace);
    expect((await held).leases).toHaveLength(1);
    return job.id;
  };
  const [stuckJob, job] = [await begin(stuck), await begin(other)];
  scheduler.shards.stuck.add(3);
  const answered: string[] = [];
  const call = (namespace: string, jobId: string) => {
    const renewed = runners.syncRunner({ ...firstSync(namespace, "r1", 0), attempts: [ref(jobId)] });
    const reported = renewed.then(() =>
      runners.reportAttempts({ namespace, runnerId: "r1", reports: [{ attempt: ref(jobId), report: succeed }] }),
    );
    return reported.then(() => answered.push(namespace));
  };
  const both = [call(stuck, stuckJob), call(other, job)];
  await both[1];
  expect(answered).toEqual([other]);
  scheduler.shards.stuck.clear();
  await both[0];
  expect(scheduler.jobs.all.get(stuckJob)?.isOver).toBe(true);
});

it("demand follows a namespace that moves, and its runners say what they have", async () => {
  const { scheduler, runners } = fixture;
  const namespace = await inShard(5);
  const call = firstSync(namespace, "r1");
  const held = runners.syncRunner(call);
  await eventually(() => expect(scheduler.capacity.heldShards).toContain(5));
  scheduler.capacity.move(namespace, 6);
  const asked = await held;
  expect(asked.wantComplete).toBe(true);
  const again = runners.syncRunner({ ...call, receivedRevision: asked.revision });
  await eventually(() => expect(scheduler.capacity.heldShards).toContain(6));
  const job = scheduler.submit(namespace);
  expect((await again).leases.map(({ jobId }) => jobId)).toEqual([job.id]);
});

it("calls go to the owner that a shard tells of", async () => {
  const { scheduler, runners, opened } = fixture;
  scheduler.shards.addresses.set(8, "10.0.0.8:7401");
  const namespace = await inShard(8);
  await runners.syncRunner(firstSync(namespace, "r1", 0));
  await eventually(() => expect(opened).toEqual(["10.0.0.8:7401"]));
});
