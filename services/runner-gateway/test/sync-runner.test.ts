import { Outcome_Kind } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { RunnerMode } from "@switchyard/proto/switchyard/runner/v1/runner_service_pb";
import { eventually } from "@switchyard/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createFixture, type Fixture, firstSync, newNamespace, ref, register } from "./fixture.js";
import { Why } from "./model/scheduler.js";

let fixture: Fixture;
beforeAll(async () => {
  fixture = await createFixture();
});
afterAll(() => fixture.close());

/** A registered runner in a namespace of its own. */
async function setUp(slots = 2) {
  const namespace = newNamespace();
  await register(fixture, namespace, "r1", { slots });
  return { ...fixture, namespace, first: firstSync(namespace, "r1") };
}

/** Waits until the scheduler knows of so many free slots of the runner. */
async function openCredit(count: number): Promise<void> {
  await eventually(() => expect(fixture.scheduler.capacity.open()["r1"] ?? 0).toBe(count));
}

/** Reports, and waits until the scheduler has the report. */
async function underWay<T>(report: () => Promise<T>): Promise<{ readonly answer: Promise<T> }> {
  const { calls } = fixture.scheduler;
  const before = calls.reportAttempts;
  const answer = report();
  await eventually(() => expect(calls.reportAttempts).toBeGreaterThan(before));
  return { answer };
}

describe("a held call", () => {
  it("ends with a lease as soon as there is a job", async () => {
    const { runners, scheduler, namespace, first } = await setUp();
    const answer = runners.syncRunner(first);
    await openCredit(1);
    const job = scheduler.submit(namespace);

    const { leases, timeToLive, revision } = await answer;
    expect(leases.map(({ jobId, attempt, runnerId }) => [jobId, attempt, runnerId])).toEqual([[job.id, 1, "r1"]]);
    expect(Number(timeToLive?.seconds)).toBeGreaterThan(30);
    expect(revision).not.toBe(0n);
  });

  it("ends with nothing after its time, keeps the demand for the next one, and lets it go when none comes", async () => {
    const { runners, namespace } = await setUp();
    const answer = await runners.syncRunner(firstSync(namespace, "r1", 50));
    expect(answer.leases).toEqual([]);
    expect(fixture.scheduler.capacity.open()["r1"]).toBe(1);
    await openCredit(0);
  });

  it("ends with a stop when an attempt is revoked, says it again until that is confirmed, then holds", async () => {
    const { runners, scheduler, namespace, first } = await setUp();
    const job = scheduler.submit(namespace);
    const { leases, revision } = await runners.syncRunner(first);
    expect(leases).toHaveLength(1);
    const next = { ...first, complete: false, freeSlots: 0, receivedRevision: revision };
    const waiting = runners.syncRunner(next);
    scheduler.take(job, Why.CANCELLED);
    const stopped = await waiting;
    expect(stopped.stops.map(({ jobId, attempt, reason }) => [jobId, attempt, reason])).toEqual([
      [job.id, 1, Why.CANCELLED],
    ]);

    const repeated = await runners.syncRunner(next);
    expect(repeated.stops).toHaveLength(1);
    // The runner still stops its process and says so: that alone ends no call.
    const holdMs = { hold: { nanos: 50e6 } };
    const named = { ...first, attempts: [ref(job.id)], freeSlots: 0, receivedRevision: repeated.revision, ...holdMs };
    const quiet = await runners.syncRunner(named);
    expect(quiet.stops).toHaveLength(1);
    const settled = await runners.syncRunner({ ...named, attempts: [], receivedRevision: quiet.revision });
    expect(settled.stops).toEqual([]);
  });

  it("is replaced by a newer one of its channel, which gets the work", async () => {
    const { runners, scheduler, namespace, first } = await setUp();
    const older = runners.syncRunner(first);
    await openCredit(1);
    const newer = runners.syncRunner(first);
    expect((await older).leases).toEqual([]);
    await openCredit(1);
    scheduler.submit(namespace);
    expect((await newer).leases).toHaveLength(1);
  });

  it("takes a cancel that is asked for as a stop, while the lease goes on", async () => {
    const { runners, scheduler, namespace, first } = await setUp();
    const job = scheduler.submit(namespace);
    const { revision } = await runners.syncRunner(first);
    job.cancelRequested = true;
    const { stops, timeToLive } = await runners.syncRunner({
      ...first,
      attempts: [ref(job.id)],
      receivedRevision: revision,
    });
    expect(stops.map(({ reason }) => reason)).toEqual([Why.CANCEL_REQUESTED]);
    expect(Number(timeToLive?.seconds)).toBeGreaterThan(20);
  });
});

describe("a lost message", () => {
  it("costs a round: a lease whose answer got lost is handed out again, under the same number", async () => {
    const { runners, scheduler, namespace, first } = await setUp();
    const job = scheduler.submit(namespace);
    const lost = await runners.syncRunner(first);
    expect(lost.leases).toHaveLength(1);
    scheduler.submit(namespace);

    const again = await runners.syncRunner({ ...first, complete: false });
    expect(again.leases.map(({ jobId, attempt }) => [jobId, attempt])).toEqual([[job.id, 1]]);
    expect(again.revision).toBeGreaterThan(lost.revision);
    expect(job.attempts).toHaveLength(1);
  });

  it("costs a round: a call that did not hear the answer before it renews nothing, until it does", async () => {
    const { runners, scheduler, namespace, first } = await setUp();
    const job = scheduler.submit(namespace);
    const { revision } = await runners.syncRunner(first);
    const naming = { ...first, attempts: [ref(job.id)], freeSlots: 1, hold: { nanos: 1e6 } };
    const heard = await runners.syncRunner({ ...naming, receivedRevision: revision });
    const renewals = scheduler.calls.renewLeases;

    const deaf = { ...naming, receivedRevision: revision, hold: { seconds: 20n } };
    const told = await runners.syncRunner(deaf);
    expect(told).toMatchObject({ wantComplete: true, leases: [] });
    const toldAgain = await runners.syncRunner(deaf);
    expect(toldAgain.wantComplete).toBe(true);
    expect(told.revision).toBeGreaterThan(heard.revision);
    expect(scheduler.calls.renewLeases).toBe(renewals);
    await openCredit(0);

    await runners.syncRunner({ ...naming, receivedRevision: toldAgain.revision });
    expect(scheduler.calls.renewLeases).toBe(renewals + 1);
  });

  it("leaves the call that is held alone when it comes late, after the runner has heard a later answer", async () => {
    const { runners, scheduler, namespace, first } = await setUp();
    const brief = { ...first, complete: false, hold: { nanos: 1e6 } };
    const { revision: early } = await runners.syncRunner({ ...first, hold: brief.hold });
    const { revision } = await runners.syncRunner({ ...brief, receivedRevision: early });
    const held = runners.syncRunner({ ...brief, receivedRevision: revision, hold: { seconds: 20n } });
    await openCredit(1);

    const late = { ...brief, receivedRevision: early, freeSlots: 0, attempts: [], hold: { seconds: 20n } };
    const { leases, wantComplete, revision: told } = await runners.syncRunner(late);
    expect([leases, wantComplete, told]).toEqual([[], false, early]);
    const job = scheduler.submit(namespace);
    const heard = await held;
    expect(heard.leases.map(({ jobId }) => jobId)).toEqual([job.id]);
    expect(heard.revision).toBe(revision + 1n);
  });

  it("is told on the other channel too: what never arrived there was missed as well", async () => {
    const { runners, scheduler, namespace, first } = await setUp();
    const job = scheduler.submit(namespace);
    const { revision } = await runners.syncRunner({ ...first, channel: 1 });
    const naming = { ...first, channel: 0, attempts: [ref(job.id)], freeSlots: 0, hold: { nanos: 1e6 } };
    await runners.syncRunner({ ...first, channel: 1, receivedRevision: revision, freeSlots: 0, hold: { nanos: 1e6 } });
    await runners.syncRunner(naming);
    const renewals = scheduler.calls.renewLeases;
    expect(await runners.syncRunner(naming)).toMatchObject({ wantComplete: true });
    expect(scheduler.calls.renewLeases).toBe(renewals);
  });

  it("is made good for a call that was cut off while its lease was on the way", async () => {
    const { runners, scheduler, namespace, first } = await setUp();
    const cut = new AbortController();
    const call = runners.syncRunner(first, { signal: cut.signal });
    await openCredit(1);
    cut.abort();
    const job = scheduler.submit(namespace);
    await expect(call).rejects.toThrow();

    const { leases } = await runners.syncRunner(first);
    expect(leases.map(({ jobId, attempt }) => [jobId, attempt])).toEqual([[job.id, job.attempts.length]]);
  });

  it("costs the job nothing when the runner never comes back", async () => {
    const { runners, scheduler, logStore, namespace } = await setUp();
    // The demand of an answered call outlives it for a moment: the job that comes then waits for the next call.
    await runners.syncRunner(firstSync(namespace, "r1", 20));
    const job = scheduler.submit(namespace);
    expect(job.holder).toBe("r1");
    await eventually(() => expect(job.attempts[0]?.end).toBe(Outcome_Kind.RELEASED));
    expect(job.holder).toBeUndefined();
    await eventually(() => expect(logStore.sealed).toContain(`${job.id}#1`));
  });

  it("does not make a new process of the runner lose what the old one held", async () => {
    const { runners, scheduler, namespace, first } = await setUp();
    const job = scheduler.submit(namespace);
    const { revision } = await runners.syncRunner(first);
    void runners.syncRunner({ ...first, complete: false, receivedRevision: revision, freeSlots: 0 });

    const restarted = await runners.syncRunner(firstSync(namespace, "r1"));
    expect(restarted.leases.map(({ jobId, attempt }) => [jobId, attempt])).toEqual([[job.id, 1]]);
    expect(job.attempts).toHaveLength(1);
  });

  it("is found at another replica, which asks for the full set, and again when the first must have let go of it", async () => {
    const { runners, scheduler, namespace, first } = await setUp();
    const job = scheduler.submit(namespace);
    const lost = await runners.syncRunner(first);
    expect(lost.leases).toHaveLength(1);

    const other = await fixture.addGateway();
    const strange = await other.runners.syncRunner({ ...first, complete: false, receivedRevision: 7n });
    expect(strange.wantComplete).toBe(true);
    expect(strange.leases).toEqual([]);
    expect(Number(strange.timeToLive?.seconds)).toBeGreaterThan(30);
    const missed = await other.runners.syncRunner({ ...first, receivedRevision: strange.revision });
    expect([missed.leases, missed.wantComplete]).toEqual([[], true]);
    const found = await other.runners.syncRunner({ ...first, receivedRevision: missed.revision });
    expect(found.leases.map(({ jobId, attempt }) => [jobId, attempt])).toEqual([[job.id, 1]]);
  });
});

describe("an attempt whose report was taken", () => {
  const succeeded = { case: "outcome" as const, value: { kind: Outcome_Kind.SUCCEEDED } };

  /** A runner that holds one job. */
  async function holding() {
    const set = await setUp();
    const job = set.scheduler.submit(set.namespace);
    const { revision } = await set.runners.syncRunner(set.first);
    const { namespace, first } = set;
    const report = { namespace, runnerId: "r1", reports: [{ attempt: ref(job.id), report: succeeded }] };
    const naming = { ...first, attempts: [ref(job.id)], freeSlots: 0, hold: { nanos: 20e6 } };
    return { ...set, job, report, naming: { ...naming, receivedRevision: revision } };
  }

  it("is told to a runner that names it all the same, once for each time, and the scheduler is not asked", async () => {
    const { runners, scheduler, job, report, naming } = await holding();
    await runners.reportAttempts(report);
    let receivedRevision = naming.receivedRevision;
    for (let i = 0; i < 3; i++) {
      const told = await runners.syncRunner({ ...naming, receivedRevision });
      expect(told.stops.map(({ jobId, attempt, reason }) => [jobId, attempt, reason])).toEqual([
        [job.id, 1, Why.NOT_HELD],
      ]);
      expect(told.leases).toEqual([]);
      const next = { ...naming, complete: false, attempts: [], receivedRevision: told.revision };
      const quiet = await runners.syncRunner(next);
      expect(quiet.stops).toEqual([]);
      receivedRevision = quiet.revision;
    }
    expect(scheduler.renewed).not.toContain(job.id);
  });

  it("is not renewed while the report is under way", async () => {
    const { runners, scheduler, job, report, naming } = await holding();
    scheduler.reportMs = 50;
    try {
      const reported = await underWay(() => runners.reportAttempts(report));
      expect((await runners.syncRunner(naming)).stops).toHaveLength(1);
      await reported.answer;
      expect(scheduler.renewed).not.toContain(job.id);
    } finally {
      scheduler.reportMs = 0;
    }
  });

  it("is not renewed when its report comes while others are waited for", async () => {
    const { runners, scheduler, namespace, first } = await setUp(2);
    const jobs = [scheduler.submit(namespace), scheduler.submit(namespace)];
    const { revision, leases } = await runners.syncRunner({ ...first, freeSlots: 2 });
    expect(leases).toHaveLength(2);
    const [one, two] = jobs.map(({ id }) => ({
      ...{ namespace, runnerId: "r1" },
      reports: [{ attempt: ref(id), report: succeeded }],
    })) as [Parameters<typeof runners.reportAttempts>[0], Parameters<typeof runners.reportAttempts>[0]];
    let letGo = () => {};
    scheduler.reportsHeld = new Promise((resolve) => {
      letGo = resolve;
    });
    try {
      const early = await underWay(() => runners.reportAttempts(one));
      const attempts = jobs.map(({ id }) => ref(id));
      const naming = { ...first, attempts, freeSlots: 0, hold: { nanos: 20e6 }, receivedRevision: revision };
      const named = runners.syncRunner(naming);
      await new Promise((resolve) => setTimeout(resolve, 10));
      const late = runners.reportAttempts(two);
      await new Promise((resolve) => setTimeout(resolve, 10));
      letGo();
      expect((await named).stops).toHaveLength(2);
      await Promise.all([early.answer, late]);
      for (const { id } of jobs) expect(scheduler.renewed).not.toContain(id);
    } finally {
      letGo();
      scheduler.reportsHeld = undefined;
    }
  });

  it("is renewed when its report takes long", async () => {
    const { runners, scheduler, job, report, naming } = await holding();
    scheduler.reportMs = 1_000;
    try {
      const reported = await underWay(() => runners.reportAttempts(report));
      expect((await runners.syncRunner(naming)).stops).toEqual([]);
      expect(scheduler.renewed).toContain(job.id);
      await reported.answer;
    } finally {
      scheduler.reportMs = 0;
    }
  });
});

describe("slots", () => {
  it("bound two channels together, whatever each of them asks for", async () => {
    const { runners, scheduler, namespace, first } = await setUp(3);
    const left = runners.syncRunner({ ...first, freeSlots: 3 });
    await openCredit(3);
    const right = runners.syncRunner({ ...first, channel: 1, freeSlots: 3 });
    await openCredit(3);
    for (let i = 0; i < 10; i++) scheduler.submit(namespace);

    const answers = await Promise.all([left, right]);
    const leases = answers.flatMap((answer) => answer.leases);
    expect(leases).toHaveLength(3);
    const attempts = leases.map(({ jobId, attempt }) => ref(jobId, attempt));
    const again = { ...first, freeSlots: 3, attempts, hold: { nanos: 50e6 } };
    const next = await Promise.all(
      answers.map(({ revision }, channel) => runners.syncRunner({ ...again, channel, receivedRevision: revision })),
    );
    expect(next.flatMap((answer) => answer.leases)).toEqual([]);
    expect(scheduler.jobs.held(namespace, "r1")).toHaveLength(3);
  });

  it("are shared by two channels that keep calling, through many jobs", async () => {
    const { runners, scheduler, namespace, first } = await setUp(4);
    const running = new Map<string, number>();
    let most = 0;
    const jobs = Array.from({ length: 60 }, () => scheduler.submit(namespace));
    const isDone = () => jobs.every(({ isOver }) => isOver);

    async function channel(index: number): Promise<void> {
      let revision = 0n;
      let complete = true;
      const own = new Set<string>();
      for (let turn = 0; turn < 500 && !isDone(); turn++) {
        const answer = await runners.syncRunner({
          ...first,
          channel: index,
          complete,
          attempts: complete ? [...running].map(([jobId, attempt]) => ref(jobId, attempt)) : [],
          freeSlots: 2 - own.size,
          receivedRevision: revision,
          hold: { nanos: 30e6 },
        });
        revision = answer.revision;
        complete = answer.wantComplete;
        for (const { jobId, attempt } of answer.leases) {
          if (running.has(jobId)) continue;
          running.set(jobId, attempt);
          own.add(jobId);
          most = Math.max(most, running.size);
          void runners
            .reportAttempts({
              namespace,
              runnerId: "r1",
              reports: [
                { attempt: ref(jobId, attempt), report: { case: "outcome", value: { kind: Outcome_Kind.SUCCEEDED } } },
              ],
            })
            .then(() => {
              running.delete(jobId);
              own.delete(jobId);
            });
        }
      }
    }
    await Promise.all([channel(0), channel(1)]);
    expect(most).toBeLessThanOrEqual(4);
    expect(jobs.every(({ attempts }) => attempts.length === 1)).toBe(true);
  });
});

describe("an interrupted conversation with the scheduler", () => {
  it("begins anew in full, and runners are asked for all that they have", async () => {
    const { runners, scheduler, namespace, first } = await setUp();
    const waiting = runners.syncRunner(first);
    await openCredit(1);
    scheduler.capacity.restart();

    const asked = await waiting;
    expect(asked.wantComplete).toBe(true);
    const next = runners.syncRunner({ ...first, receivedRevision: asked.revision });
    await openCredit(1);
    scheduler.submit(namespace);
    expect((await next).leases).toHaveLength(1);
  });

  it("leaves no demand behind, and brings what was granted meanwhile", async () => {
    const { runners, scheduler, namespace, first } = await setUp();
    const waiting = runners.syncRunner(first);
    await openCredit(1);
    scheduler.capacity.cut();
    // Granted to a session that nobody asks for any more.
    const job = scheduler.submit(namespace);
    expect(job.holder).toBe("r1");

    const asked = await waiting;
    const attempts = asked.leases.map(({ jobId }) => ref(jobId));
    const again = { ...first, attempts, freeSlots: 1 - attempts.length, hold: { nanos: 300e6 } };
    const next = await runners.syncRunner({ ...again, receivedRevision: asked.revision });
    const leases = [...asked.leases, ...next.leases];
    expect(leases.map(({ jobId, attempt }) => [jobId, attempt])).toEqual([[job.id, 1]]);
    await openCredit(0);
  });

  it("refuses to renew what cannot be renewed", async () => {
    const { runners, scheduler, namespace, first } = await setUp();
    const job = scheduler.submit(namespace);
    const { revision } = await runners.syncRunner(first);
    scheduler.isAway = true;
    try {
      const call = runners.syncRunner({ ...first, attempts: [ref(job.id)], receivedRevision: revision });
      await expect(call).rejects.toMatchObject({ code: 14 });
    } finally {
      scheduler.isAway = false;
    }
  });
});

describe("what a runner or an operator says", () => {
  it("releases everything when the runner leaves", async () => {
    const { runners, fleet, scheduler, namespace, first } = await setUp();
    const job = scheduler.submit(namespace);
    await runners.syncRunner(first);
    expect(job.holder).toBe("r1");
    await runners.syncRunner({ ...first, complete: false, mode: RunnerMode.LEAVING });
    expect(job.holder).not.toBe("r1");
    expect((await fleet.getRunner({ namespace, runnerId: "r1" })).runner?.state).toBe(3);
    expect(scheduler.presence.has(`${namespace}/r1`)).toBe(false);
  });

  it("gives a paused runner nothing, and shows it as busy", async () => {
    const { runners, fleet, scheduler, namespace, first } = await setUp();
    const paused = runners.syncRunner({ ...first, mode: RunnerMode.PAUSED, hold: { nanos: 100e6 } });
    const job = scheduler.submit(namespace);
    expect((await paused).leases).toEqual([]);
    expect(job.holder).toBeUndefined();
    const { runner } = await fleet.getRunner({ namespace, runnerId: "r1" });
    expect([runner?.paused, runner?.state]).toEqual([true, 2]);
    expect((await runners.syncRunner(first)).leases).toHaveLength(1);
  });

  it("tells a drain at once, over replicas, and its end", async () => {
    const { runners, scheduler, namespace, first } = await setUp();
    const other = await fixture.addGateway();
    const waiting = runners.syncRunner(first);
    await openCredit(1);
    await other.fleet.drainRunner({ namespace, runnerId: "r1" });
    const told = await waiting;
    expect(told.drain).toBe(true);
    await openCredit(0);
    const job = scheduler.submit(namespace);
    const held = runners.syncRunner({ ...first, complete: false, receivedRevision: told.revision });
    await other.fleet.drainRunner({ namespace, runnerId: "r1", undo: true });
    const undone = await held;
    expect(undone.drain).toBe(false);
    const next = await runners.syncRunner({ ...first, complete: false, receivedRevision: undone.revision });
    expect([...undone.leases, ...next.leases].map(({ jobId }) => jobId)).toContain(job.id);
  });
});

describe("an attempt after the first", () => {
  it("is handed out only when the logs of older ones are sealed", async () => {
    const { runners, scheduler, logStore, namespace, first } = await setUp();
    const job = scheduler.submit(namespace);
    scheduler.jobs.grant(job, "somebody");
    scheduler.take(job, Why.LEASE_LOST);
    const { leases } = await runners.syncRunner(first);
    expect(leases.map(({ attempt }) => attempt)).toEqual([2]);
    expect(logStore.sealedBefore.get(job.id)).toBe(2);
  });

  it("goes back to the queue when they cannot be sealed", async () => {
    const { runners, scheduler, logStore, namespace } = await setUp();
    const job = scheduler.submit(namespace);
    scheduler.jobs.grant(job, "somebody");
    scheduler.take(job, Why.LEASE_LOST);
    logStore.isAway = true;
    try {
      const { leases } = await runners.syncRunner(firstSync(namespace, "r1", 400));
      expect(leases).toEqual([]);
      await eventually(() => expect(job.attempts[1]?.end).toBe(Outcome_Kind.RELEASED));
    } finally {
      logStore.isAway = false;
    }
  });
});

describe("the end of the gateway", () => {
  it("answers held calls, refuses new ones, and gives back what nobody saw", async () => {
    const { scheduler, namespace } = await setUp();
    const other = await fixture.addGateway();
    const waiting = other.runners.syncRunner(firstSync(namespace, "r1"));
    await openCredit(1);
    await other.gateway.drain();
    expect((await waiting).leases).toEqual([]);
    await openCredit(0);
    await expect(other.runners.syncRunner(firstSync(namespace, "r1"))).rejects.toMatchObject({ code: 14 });
    const job = scheduler.submit(namespace);
    expect(job.holder).toBeUndefined();
  });
});
