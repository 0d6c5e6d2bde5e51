import { eventually } from "@switchyard/testkit";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createFixture, type Fixture, firstSync, newNamespace, register } from "./fixture.js";

let fixture: Fixture;
beforeAll(async () => {
  fixture = await createFixture({ pendingMs: 60_000, lazyMs: 5_000 });
});
afterAll(() => fixture.close());

/** `npm run test:runners` has a thousand of them. */
const runnerCount = Number(process.env["IDLE_RUNNERS"] ?? 300);
const rounds = 4;

/** Some at a time: a connection of the pool is waited for five seconds at most. */
async function registerAll(namespace: string, ids: readonly string[]): Promise<void> {
  for (let i = 0; i < ids.length; i += 50) {
    await Promise.all(ids.slice(i, i + 50).map((id) => register(fixture, namespace, id)));
  }
}

it(`${runnerCount} idle runners cost the scheduler a handful of calls`, async () => {
  const namespace = newNamespace();
  const { scheduler, runners } = fixture;
  const ids = Array.from({ length: runnerCount }, (_, i) => `r${i}`);
  await registerAll(namespace, ids);
  const calls = ids.map((id) => firstSync(namespace, id, 600));
  /** Every runner calls once, as an idle one does again and again. */
  const round = async (receivedRevisions: readonly bigint[]) => {
    const answers = await Promise.all(
      calls.map((call, index) =>
        runners.syncRunner({
          ...call,
          complete: receivedRevisions.length === 0,
          receivedRevision: receivedRevisions[index] ?? 0n,
        }),
      ),
    );
    expect(answers.some(({ leases, wantComplete }) => leases.length > 0 || wantComplete)).toBe(false);
    return answers.map(({ revision }) => revision);
  };
  let revisions = await round([]);
  const before = { ...scheduler.calls };
  for (let i = 0; i < rounds; i++) revisions = await round(revisions);
  // Hundreds of calls of runners: their demand is no news, and their presence rides along every five seconds.
  expect(scheduler.calls.syncCapacity - before.syncCapacity).toBeLessThan(5);
  expect(scheduler.calls.renewLeases - before.renewLeases).toBeLessThan(20);
  await eventually(() => expect(scheduler.capacity.heldCalls).toBe(1));
});

it(`${runnerCount} jobs for as many runners come in few calls, one for each`, async () => {
  const namespace = newNamespace();
  const { scheduler, runners } = fixture;
  const ids = Array.from({ length: runnerCount }, (_, i) => `s${i}`);
  await registerAll(namespace, ids);
  const answers = ids.map((id) => runners.syncRunner(firstSync(namespace, id, 10_000)));
  await eventually(() => {
    const open = scheduler.capacity.open();
    expect(ids.filter((id) => open[id] === 1)).toHaveLength(runnerCount);
  });
  const before = scheduler.calls.syncCapacity;
  const jobs = ids.map(() => scheduler.jobs.submit(namespace));
  scheduler.capacity.match();
  const leases = (await Promise.all(answers)).flatMap((answer) => answer.leases);
  expect(new Set(leases.map(({ jobId }) => jobId)).size).toBe(jobs.length);
  expect(scheduler.calls.syncCapacity - before).toBeLessThan(20);
});
