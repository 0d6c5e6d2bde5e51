import { systemClock } from "@switchyard/clock";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createKeeper, type Keeper, type RevokedAttempt } from "./keeper.js";
import type { KeptAttempt } from "./keeper-messages.js";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  keeper.stop();
  vi.useRealTimers();
});

let keeper: Keeper;

function setup() {
  const calls: number[] = [];
  const told: unknown[] = [];
  const stuck: string[] = [];
  const services: { revoked: readonly RevokedAttempt[]; away: boolean; silent: boolean } = {
    ...{ revoked: [], away: false, silent: false },
  };
  const begunAt = systemClock.monotonicMs();
  let pausedMs = 0;
  keeper = createKeeper({
    clock: { ...systemClock, monotonicMs: () => systemClock.monotonicMs() + pausedMs },
    heartbeat: () => {
      calls.push(Math.round(systemClock.monotonicMs() - begunAt));
      if (services.silent) return new Promise(() => undefined);
      return services.away ? Promise.reject(new Error("away")) : Promise.resolve(services.revoked);
    },
    tell: (message) => told.push(message),
    onStuck: ({ jobId, attempt }) => stuck.push(`${jobId}/${attempt}`),
  });
  /** The clock goes on, and no timer fires. */
  const pause = (ms: number) => {
    pausedMs += ms;
  };
  return { calls, told, stuck, services, pause };
}

/** An attempt with a lease of 30 s, of which so much is left. */
const kept = (jobId: string, leftMs = 30_000): KeptAttempt => ({
  ...{ jobId, attempt: 1, leaseMs: 30_000, graceMs: 5_000, isWorking: true },
  expiresAt: systemClock.monotonicMs() + leftMs,
});

it("calls nobody while the runner renews its leases itself", async () => {
  const { calls, stuck } = setup();
  keeper.hear({ type: "taken", runnerId: "r", attempts: [kept("a")] });
  for (let second = 1; second <= 60; second++) {
    await vi.advanceTimersByTimeAsync(1_000);
    keeper.hear({ type: "present", runnerId: "r", attempts: [kept("a", 30_000 - (second % 10) * 1_000)] });
  }
  expect(calls).toEqual([]);
  expect(stuck).toEqual([]);
});

it("renews at half of the lease, again and again, what the runner does not", async () => {
  const { calls, told, stuck } = setup();
  keeper.hear({ type: "taken", runnerId: "r", attempts: [kept("a")] });
  await vi.advanceTimersByTimeAsync(61_000);
  expect(calls).toEqual([15_000, 30_000, 45_000, 60_000]);
  expect(told).toHaveLength(4);
  expect(told[0]).toMatchObject({ type: "renewed", attempts: [{ jobId: "a", attempt: 1, leaseMs: 30_000 }] });
  expect(stuck).toEqual([]);
});

it("tries again while the services are away, and finds the runner stuck a grace after the lease has ended", async () => {
  const { calls, services, stuck } = setup();
  services.away = true;
  keeper.hear({ type: "taken", runnerId: "r", attempts: [kept("a")] });
  await vi.advanceTimersByTimeAsync(34_900);
  expect(calls.length).toBe(15);
  expect(stuck).toEqual([]);
  await vi.advanceTimersByTimeAsync(200);
  expect(stuck).toEqual(["a/1"]);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(stuck).toEqual(["a/1"]);
});

it("leaves a lost attempt to a runner that gives a sign of life", async () => {
  const { services, stuck } = setup();
  services.away = true;
  keeper.hear({ type: "taken", runnerId: "r", attempts: [kept("a")] });
  await vi.advanceTimersByTimeAsync(33_000);
  keeper.hear({ type: "present", runnerId: "r", attempts: [] });
  await vi.advanceTimersByTimeAsync(60_000);
  expect(stuck).toEqual([]);
});

it("tells of what the services revoke, and renews what is only to be cancelled", async () => {
  const { services, told, stuck } = setup();
  services.revoked = [
    { jobId: "gone", attempt: 1, reason: 3, isStillHeld: false },
    { jobId: "older", attempt: 7, reason: 3, isStillHeld: false },
    { jobId: "cancelled", attempt: 0, reason: 1, isStillHeld: true },
  ];
  keeper.hear({ type: "taken", runnerId: "r", attempts: ["gone", "older", "cancelled"].map((jobId) => kept(jobId)) });
  await vi.advanceTimersByTimeAsync(20_100);
  expect(told).toEqual([
    expect.objectContaining({
      type: "renewed",
      attempts: ["older", "cancelled"].map((jobId) => ({ jobId, attempt: 1, leaseMs: 30_000 })),
    }),
    {
      type: "revoked",
      attempts: [
        { jobId: "gone", attempt: 1, reason: 3 },
        { jobId: "cancelled", attempt: 1, reason: 1 },
      ],
    },
  ]);
  expect(stuck).toEqual(["gone/1"]);
});

it("gives a process that was paused as a whole the chance to look first", async () => {
  const { stuck, pause } = setup();
  keeper.hear({ type: "taken", runnerId: "r", attempts: [kept("a")] });
  pause(600_000);
  await vi.advanceTimersByTimeAsync(15_000 + 4_900);
  expect(stuck).toEqual([]);
  keeper.hear({ type: "present", runnerId: "r", attempts: [] });
  await vi.advanceTimersByTimeAsync(10_000);
  expect(stuck).toEqual([]);
});

it("renews what only waits for its acknowledgement, and is not stuck in it", async () => {
  const { calls, services, stuck } = setup();
  keeper.hear({ type: "taken", runnerId: "r", attempts: [kept("done"), kept("blocks")] });
  keeper.hear({ type: "ended", attempts: [{ jobId: "done", attempt: 1 }] });
  // Its outcome was taken, and the runner can't hear of that.
  services.revoked = [{ jobId: "done", attempt: 0, reason: 6, isStillHeld: false }];
  await vi.advanceTimersByTimeAsync(100_000);
  expect(calls.length).toBeGreaterThan(5);
  expect(stuck).toEqual([]);
});

it("finds the runner stuck in time though the answer to a renewal does not come", async () => {
  const { services, stuck } = setup();
  services.silent = true;
  keeper.hear({ type: "taken", runnerId: "r", attempts: [kept("a")] });
  await vi.advanceTimersByTimeAsync(34_900);
  expect(stuck).toEqual([]);
  await vi.advanceTimersByTimeAsync(200);
  expect(stuck).toEqual(["a/1"]);
});
