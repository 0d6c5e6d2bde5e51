import { expect, test } from "vitest";
import { CoreWorld } from "../../../test/core/core-world.js";
import { outcomeOf, profileOf } from "../../../test/core/test-jobs.js";
import type { StoredJob } from "../reads/stored-job.js";
import { claimBest } from "../core/claim.js";
import { endAttempt } from "../core/end.js";
import type { OpenJob } from "../core/model.js";
import type { AmendRecord, JobBody, Write } from "../core/writes.js";
import { type BodyStore, createBodyCache } from "./body-cache.js";

/** Jobs that were submitted in another term, so that nothing of their bodies is in memory, and a store that has them. */
function setup(jobs: number) {
  const world = new CoreWorld();
  const serials = world.add(...Array.from({ length: jobs }, () => ({})));
  const cache = createBodyCache(2 ** 26);
  const inputs = new Map(serials.map((serial) => [serial, `input ${serial}`]));
  const reads: number[][] = [];
  /** Set: answers wait for it. What they say was read before. */
  const gate: { opened: Promise<void> | undefined } = { opened: undefined };
  const store: BodyStore = {
    async readJobs(_ns, _buckets, wanted) {
      reads.push([...wanted]);
      const rows = wanted.map((serial) => rowOf(serial, inputs.get(serial) ?? ""));
      await gate.opened;
      return rows;
    },
  };
  const waiter = world.waiter(profileOf(), 0);
  /** Claims the next job; returns it with its input. */
  const claim = async (): Promise<[OpenJob, string]> => {
    waiter.wanted++;
    const write = claimBest(world.now, waiter);
    if (!write) throw new Error("there was nothing to claim");
    world.perform([write], cache.follow);
    const [attempt] = write.attempts;
    const job = (attempt as NonNullable<typeof attempt>).job;
    const [body] = await cache.get(store, [job]);
    return [job, textOf(body)];
  };
  const perform = (write: Write) => world.perform([write], cache.follow);
  return { world, cache, store, inputs, reads, gate, claim, perform, serials };
}

function rowOf(serial: number, input: string): StoredJob {
  return {
    ...{ serial, bucket: 0, shapeId: 1, kind: "work", subject: `about ${serial}`, createdMicros: 0 },
    ...{ input: Buffer.from(input), contentType: "", extras: undefined, replaced: undefined },
    ...{ rankClass: 0, rank: 0, weight: 1, revision: 1, reuseKey: "", resumeFrom: 0 },
    ...{ isDeadLetter: false, dismissed: false },
  };
}

function textOf(body: JobBody | undefined): string {
  return Buffer.from(body?.input ?? []).toString();
}

/** Gives what was begun without anybody waiting the time to end. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

test("a backlog is read a hundred bodies at a time, ahead of the claims", async () => {
  const { reads, claim, serials } = setup(1_000);
  for (const serial of serials.slice(0, 500)) {
    const [job, input] = await claim();
    expect([job.serial, input]).toEqual([serial, `input ${serial}`]);
    await settled();
  }
  // Two claims that nothing could be known before, and then one for each 64.
  expect(reads.slice(0, 2).map(({ length }) => length)).toEqual([1, 1]);
  expect(reads.length).toBeLessThan(12);
  expect(new Set(reads.flat()).size).toBe(reads.flat().length);
});

test("a claim waits for a body that is on its way already", async () => {
  const { reads, gate, claim } = setup(10);
  await claim();
  await claim();
  expect(reads).toHaveLength(3);
  let open = () => {};
  gate.opened = new Promise((resolve) => {
    open = resolve;
  });
  const third = claim();
  open();
  expect((await third)[1]).toBe("input 3");
  expect(reads).toHaveLength(3);
});

test("what was read before a change is not handed out behind it", async () => {
  const { world, reads, gate, inputs, claim, perform, serials } = setup(10);
  await claim();
  const second = claim();
  let open = () => {};
  gate.opened = new Promise((resolve) => {
    open = resolve;
  });
  await second;
  expect(reads.at(-1)).toContain(3);
  inputs.set(3, "another input");
  perform(replaced(world.job(serials[2] as number)));
  open();
  await settled();
  expect((await claim())[1]).toBe("another input");
});

test("the subject of a job is known until it ends, whether its body was read ahead or not", async () => {
  const { world, cache, claim, perform } = setup(5);
  for (const serial of [1, 2, 3]) {
    const [job] = await claim();
    await settled();
    expect(cache.subjectOf(job)).toBe(`about ${serial}`);
    const attempt = world.live(serial);
    const final = { state: "SUCCEEDED", reason: "REPORTED", message: "", actor: "" } as const;
    perform(endAttempt(world.now, attempt, { state: "SUCCEEDED", outcome: outcomeOf("SUCCEEDED"), final }));
    expect(cache.subjectOf(job)).toBeUndefined();
  }
});

test("a read that fails is told to the claim that needs it, and nobody else", async () => {
  const { cache, store, claim, world, serials } = setup(5);
  await claim();
  const failing: BodyStore = { readJobs: () => Promise.reject(new Error("no database")) };
  const job = world.job(serials[0] as number);
  await expect(cache.get(failing, [job])).rejects.toThrow("no database");
  await claim();
  await settled();
  expect(textOf((await cache.get(store, [world.job(3)]))[0])).toBe("input 3");
});

/** A later submit has given a job another input. */
function replaced(job: OpenJob): Write {
  const body: JobBody = { subject: "", input: new Uint8Array(1), contentType: "", extras: undefined, resumeFrom: 0 };
  const { rankClass, rank, weight } = job;
  const amend: AmendRecord = { job, revision: job.revision + 1, rankClass, rank, weight, body };
  return { lane: "submit", requests: [], shapes: [], marks: [], jobs: [], amends: [amend], attempts: [], events: [] };
}
