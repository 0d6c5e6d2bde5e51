import { durationFromMs, durationMs } from "@bufbuild/protobuf/wkt";
import { eventually } from "@switchyard/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CatalogFixture, freshNamespace, refusal, startCatalog } from "./catalog-fixture.js";

let fixture: CatalogFixture;
beforeAll(async () => {
  fixture = await startCatalog();
});
afterAll(() => fixture?.stop());

const replica = (index: number) => (index % 2 === 0 ? fixture.coordination : fixture.otherCoordination);
const hour = durationFromMs(3_600_000);

describe("leases", () => {
  const acquire = (namespace: string, holder: string, ttlMs = 3_600_000, index = 0) =>
    replica(index).acquireLease({ namespace, name: "duty", holder, timeToLive: durationFromMs(ttlMs) });

  test("of 50 callers one gets it; renewing keeps the epoch; others learn who has it", async () => {
    const namespace = freshNamespace();
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) => acquire(namespace, `h${index}`, 60_000, index)),
    );
    const winners = answers.filter(({ acquired }) => acquired);
    expect(winners).toHaveLength(1);
    const holder = winners[0]?.holder ?? "";
    expect(new Set(answers.map((answer) => answer.holder))).toEqual(new Set([holder]));
    expect(await acquire(namespace, holder)).toMatchObject({ acquired: true, epoch: 1n, holder });
    const refused = await acquire(namespace, "stranger");
    expect(refused).toMatchObject({ acquired: false, epoch: 1n, holder });
    const left = refused.timeLeft === undefined ? 0 : durationMs(refused.timeLeft);
    expect(left).toBeGreaterThan(60_000);
    expect(left).toBeLessThanOrEqual(3_600_000);
  });

  test("the epoch rises when it changes hands, by giving back or by ending", async () => {
    const namespace = freshNamespace();
    await acquire(namespace, "a");
    await fixture.coordination.releaseLease({ namespace, name: "duty", holder: "b" });
    expect((await acquire(namespace, "b")).acquired).toBe(false);
    await fixture.coordination.releaseLease({ namespace, name: "duty", holder: "a" });
    await fixture.coordination.releaseLease({ namespace, name: "duty", holder: "a" });
    expect(await acquire(namespace, "b", 1)).toMatchObject({ acquired: true, epoch: 2n });
    const next = await eventually(async () => {
      const answer = await acquire(namespace, "c");
      expect(answer.acquired).toBe(true);
      return answer;
    });
    expect(next.epoch).toBe(3n);
  });
});

describe("tokens", () => {
  test("100 takers over two replicas get exactly the limit", async () => {
    const namespace = freshNamespace();
    const take = (index: number) => replica(index).takeTokens({ namespace, key: "k", limit: 37, window: hour });
    const answers = await Promise.all(Array.from({ length: 100 }, (_, index) => take(index)));
    const granted = answers.filter((answer) => answer.granted);
    expect(granted.map(({ remaining }) => remaining).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 37 }, (_, index) => index),
    );
    expect(answers.filter((answer) => !answer.granted).every(({ remaining }) => remaining === 0)).toBe(true);
  });

  test("refused tokens neither count nor extend the window", async () => {
    const namespace = freshNamespace();
    const take = (count: number, limit = 10) =>
      fixture.coordination.takeTokens({ namespace, key: "k", limit, window: hour, count });
    const first = await take(7);
    expect(first).toMatchObject({ granted: true, remaining: 3 });
    const refused = await take(4);
    expect(refused).toMatchObject({ granted: false, remaining: 3 });
    expect(refused.resetAfter && durationMs(refused.resetAfter)).toBeLessThanOrEqual(3_600_000);
    expect(await take(3)).toMatchObject({ granted: true, remaining: 0 });
    expect(await take(1, 5)).toMatchObject({ granted: false, remaining: 0 });
    expect(
      await fixture.coordination.takeTokens({ namespace, key: "new", limit: 2, window: hour, count: 3 }),
    ).toMatchObject({
      granted: false,
      remaining: 2,
    });
  });

  test("a window that has ended makes room for the next one, and is reaped", async () => {
    const namespace = freshNamespace();
    const take = (window = durationFromMs(50)) =>
      fixture.coordination.takeTokens({ namespace, key: "k", limit: 1, window });
    expect((await take()).granted).toBe(true);
    await eventually(async () => expect((await take()).granted).toBe(true));
    await eventually(async () => {
      await fixture.catalog.reap();
      expect(await fixture.query("select 1 from catalog.token_windows where namespace = $1", [namespace])).toEqual([]);
    });
    expect((await take(hour)).remaining).toBe(0);
  });
});

test.each([
  ["namespace", { namespace: "" }],
  ["name", { name: "" }],
  ["holder", { holder: "a\u0000" }],
  ["time_to_live", { timeToLive: durationFromMs(0) }],
  ["time_to_live", { timeToLive: { seconds: 315_576_000_000n, nanos: 0 } }],
])("a lease with a bad %s is refused", async (field, bad) => {
  const request = { namespace: "n", name: "duty", holder: "h", timeToLive: hour, ...bad };
  expect(await refusal(fixture.coordination.acquireLease(request))).toMatchObject({
    reason: "INVALID_ARGUMENT",
    metadata: { field },
  });
});

test.each([
  ["namespace", { namespace: "x".repeat(256) }],
  ["key", { key: "" }],
  ["window", { window: durationFromMs(-5) }],
])("tokens with a bad %s are refused", async (field, bad) => {
  const request = { namespace: "n", key: "k", limit: 1, window: hour, ...bad };
  expect(await refusal(fixture.coordination.takeTokens(request))).toMatchObject({
    reason: "INVALID_ARGUMENT",
    metadata: { field },
  });
});
