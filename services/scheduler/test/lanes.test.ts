import { durationFromMs } from "@bufbuild/protobuf/wkt";
import type { TestDatabase } from "@switchyard/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { drive } from "./drive.js";
import { anyKind, createSchedulerDatabase, startScheduler, type TestScheduler } from "./setup.js";

let database: TestDatabase;
let system: TestScheduler;
let counter = 0;
const fresh = () => drive(() => system, `ns-${++counter}`);

beforeAll(async () => {
  database = await createSchedulerDatabase();
  system = await startScheduler(database);
});
afterAll(async () => {
  await system.stop();
  await database.drop();
});

const times = <T>(n: number, spec: (i: number) => T): T[] => Array.from({ length: n }, (_, i) => spec(i));
const place = (rankClass: number, rank: number, weight = 0) => ({
  rankClass,
  rankBy: { case: "rank" as const, value: rank },
  weight,
});
const exactly = (...kinds: string[]) => ({ kinds: kinds.map((value) => ({ by: { case: "exact" as const, value } })) });

describe("labels", () => {
  it("that a job requires must be carried: each with its value, or any where none is named", async () => {
    const at = fresh();
    const [gpu, eu, both, none] = await at.submit(
      { requiredLabels: { gpu: "" } },
      { requiredLabels: { zone: "eu" } },
      { requiredLabels: { gpu: "", zone: "eu" } },
      {},
    );
    const peek = async (labels: Record<string, string>) =>
      (await system.jobs.peekJobs({ namespace: at.namespace, profile: { ...anyKind, labels }, limit: 10 })).jobs.map(
        ({ id }) => id,
      );
    expect(await peek({})).toEqual([none]);
    expect(await peek({ gpu: "a100", zone: "us" })).toEqual([gpu, none]);
    expect(await peek({ zone: "eu" })).toEqual([eu, none]);
    expect(await peek({ gpu: "", zone: "eu", other: "x" })).toEqual([gpu, eu, both, none]);
    // Names that every object has are labels like others.
    expect(await at.submit({ requiredLabels: { constructor: "" } })).toHaveLength(1);
    expect(await peek({ gpu: "1" })).toEqual([gpu, none]);
  });

  it("of a lane can be left out by a claim, one that waits too", async () => {
    const at = fresh();
    const on = (host: string) => ({ laneLabels: { host, pool: "x" } });
    const [a, b, plain] = await at.submit(on("a"), on("b"), {});
    const leaving = (...values: string[]) => ({ ...anyKind, exclude: [{ label: "host", values }] });
    const claimed = (profile: object, maxJobs = 1) =>
      at.claim({ profile, maxJobs }).then((leases) => leases.map(({ jobId }) => jobId));
    expect(await claimed(leaving("a", "b"), 10)).toEqual([plain]);
    expect(await claimed({ ...anyKind, exclude: [{ label: "pool", values: ["x"] }] })).toEqual([]);
    expect(await claimed({ ...anyKind, exclude: [{ label: "other", values: ["a"] }] })).toEqual([a]);
    expect(await claimed(leaving("a"))).toEqual([b]);
    const waiting = at.claimSoon({ profile: leaving("a") });
    await at.submitOne(on("a"));
    const next = await at.submitOne(on("b"));
    expect((await waiting).jobId).toBe(next);
  });
});

describe("many lanes", () => {
  it("two thousand kinds come and go, and each finds its runner", async () => {
    const at = fresh();
    for (let round = 0; round < 2; round++) {
      const ids = [
        ...(await at.submit(...times(1_000, (i) => ({ kind: `kind-${i}` })))),
        ...(await at.submit(...times(1_000, (i) => ({ kind: `kind-${1_000 + i}` })))),
      ];
      // Those of one runner are out of the middle; everything else goes in order.
      const some = await at.claim({ profile: exactly("kind-1234", "kind-7", "kind-1999"), maxJobs: 10 });
      expect(some.map(({ kind }) => kind)).toEqual(["kind-7", "kind-1234", "kind-1999"]);
      const rest = [...(await at.claim({ maxJobs: 1_000 })), ...(await at.claim({ maxJobs: 1_000 }))];
      const left = ids.filter((id) => !some.some(({ jobId }) => jobId === id));
      expect(rest.map(({ jobId }) => jobId)).toEqual(left);
      for (const leases of [some, rest.slice(0, 1_000), rest.slice(1_000)]) await at.finish(leases);
    }
    // Lanes that were forgotten are made anew for who waits.
    const waiting = at.claimSoon({ profile: exactly("kind-3") });
    const next = await at.submitOne({ kind: "kind-3" });
    expect((await waiting).jobId).toBe(next);
  });

  it("a runner that waits is found by kinds that come after it", async () => {
    const at = fresh();
    const glob = { kinds: [{ by: { case: "glob" as const, value: "late-*" } }] };
    const waiting = at.claim({ profile: glob, maxJobs: 3, wait: durationFromMs(20_000) });
    await at.submit(...times(600, (i) => ({ kind: `early-${i}` })));
    expect(await at.claim({ maxJobs: 600 })).toHaveLength(600);
    const ids = await at.submit(...times(3, (i) => ({ kind: `late-${i}` })));
    expect((await waiting).map(({ jobId }) => jobId)).toEqual(ids);
  });
});

describe("many profiles", () => {
  it("come and go, and each finds its jobs, those that were there before it too", async () => {
    const at = fresh();
    await at.submit(...times(700, (i) => ({ kind: `kind-${i % 10}`, requiredLabels: { host: `h-${i}` } })));
    const held = times(20, (i) => at.claimSoon({ profile: { ...anyKind, labels: { host: `new-${i}` } } }));
    // Seventy at once: one after the other they take longer on a busy machine than the others may be held.
    for (let first = 0; first < 700; first += 70) {
      const claims = times(70, (i) =>
        at.claim({ profile: { ...anyKind, labels: { host: `h-${first + i}` } }, maxJobs: 10 }),
      );
      const serials = (await Promise.all(claims)).map((leases) => leases.map(({ serial }) => Number(serial)));
      expect(serials).toEqual(times(70, (i) => [first + i + 1]));
    }
    const ids = await at.submit(...times(20, (i) => ({ requiredLabels: { host: `new-${i}` } })));
    expect((await Promise.all(held)).map(({ jobId }) => jobId)).toEqual(ids);
  });
});

describe("order", () => {
  it("goes over lanes and queues: class, rank, and then who came first", async () => {
    const at = fresh();
    const specs = times(60, (i) => ({
      queue: `q-${i % 3}`,
      kind: `k-${i % 4}`,
      laneLabels: i % 5 === 0 ? { host: "x" } : {},
      concurrencyKeys: i % 7 === 0 ? ["key"] : [],
      order: place((i % 3) - 1, (i * 7) % 5),
    }));
    await at.submit(...specs.slice(0, 30));
    await at.submit(...specs.slice(30));
    const expected = specs
      .map(({ order }, i) => ({ ...order, serial: i + 1 }))
      .sort((a, b) => a.rankClass - b.rankClass || a.rankBy.value - b.rankBy.value || a.serial - b.serial);
    const peeked = await system.jobs.peekJobs({ namespace: at.namespace, profile: anyKind, limit: 60 });
    expect(peeked.jobs.map(({ serial }) => Number(serial))).toEqual(expected.map(({ serial }) => serial));
    const leases = [];
    while (leases.length < 60) leases.push(...(await at.claim({ maxJobs: 7 })));
    expect(leases.map(({ serial }) => Number(serial))).toEqual(expected.map(({ serial }) => serial));
  });

  it("also inside one call, when there are fewer runners that wait than jobs", async () => {
    const at = fresh();
    const waiting = at.claimSoon();
    const [, best] = await at.submit({ order: place(0, 3) }, { order: place(0, 1) }, { order: place(0, 2) });
    expect((await waiting).jobId).toBe(best);
  });

  it("counts who is ahead and sums their weights, with few groups and with many", async () => {
    const at = fresh();
    const check = async (ids: readonly string[], weights: readonly number[], ranks: readonly number[]) => {
      const { namespace } = at;
      for (const i of [0, 5, 17, ids.length - 1]) {
        const { place: found } = await system.jobs.getPosition({
          namespace,
          by: { case: "jobId", value: ids[i] as string },
        });
        const ahead = ids
          .map((_, j) => j)
          .filter((j) => (ranks[j] as number) < (ranks[i] as number) || (ranks[j] === ranks[i] && j < i));
        expect(Number(found?.position)).toBe(ahead.length);
        expect(found?.weightAhead).toBe(ahead.reduce((sum, j) => sum + (weights[j] as number), 0));
      }
    };
    // More groups than are added up: an index of the places is kept from then on.
    for (const kinds of [3, 150]) {
      const weights = times(300, (i) => (i * 13) % 11);
      const ranks = times(300, (i) => (i * 31) % 17);
      const specs = times(300, (i) => ({
        queue: `queue-${kinds}`,
        kind: `k-${i % kinds}`,
        order: place(0, ranks[i] as number, weights[i] as number),
      }));
      const ids = await at.submit(...specs);
      await check(ids, weights, ranks);
      // Some move, some go: the sums follow.
      ranks[17] = -1;
      const order = place(0, -1, weights[17] as number);
      await system.jobs.reorderJob({ namespace: at.namespace, jobId: ids[17] as string, order });
      await check(ids, weights, ranks);
    }
  });
});
