import { systemClock } from "@switchyard/clock";
import { pino } from "pino";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { answerLimitMs } from "./answer-limit.js";
import { keepLease } from "./keep-lease.js";
import type { ShardTerm } from "./shard-term.js";

const leaseMs = 4_000;
const term = { shard: 0, epoch: 1 };

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Keeps a lease that was taken now; notes when it was renewed and until when its term was told to answer, ms from now. */
function keep(renewShard: (nth: number) => Promise<boolean>) {
  const begunMs = Date.now();
  const renewedAt: number[] = [];
  let until = leaseMs;
  const running = { validUntil: (at: number) => (until = at - begunMs), abandon: () => undefined };
  const lease = keepLease(
    {
      store: {
        renewShard: () => {
          renewedAt.push(Date.now() - begunMs);
          return renewShard(renewedAt.length);
        },
      },
      ...{ clock: systemClock, leaseMs, logger: pino({ level: "silent" }) },
    },
    term,
    begunMs + leaseMs,
  );
  lease.of(running as unknown as ShardTerm);
  return { lease, renewedAt, until: () => until };
}

it("a renewal that got no answer is repeated before the lease is over", async () => {
  const silent = () =>
    new Promise<boolean>((_, reject) => setTimeout(() => reject(new Error("no answer")), answerLimitMs(leaseMs)));
  const { lease, renewedAt, until } = keep((nth) => (nth === 1 ? silent() : Promise.resolve(true)));
  await vi.advanceTimersByTimeAsync(leaseMs);
  expect(renewedAt[1]).toBeLessThan(leaseMs);
  expect(until()).toBeGreaterThan(leaseMs);
  lease.end();
});

it("without a database it is tried more often only until the lease is over", async () => {
  const refused = keep(() => Promise.reject(new Error("refused")));
  await vi.advanceTimersByTimeAsync(leaseMs);
  expect(refused.renewedAt.length).toBeLessThanOrEqual(12);
  const before = refused.renewedAt.length;
  const healthy = keep(() => Promise.resolve(true));
  await vi.advanceTimersByTimeAsync(10 * leaseMs);
  expect(refused.renewedAt.length - before).toBeLessThanOrEqual(healthy.renewedAt.length + 1);
  refused.lease.end();
  healthy.lease.end();
  const atEnd = refused.renewedAt.length;
  await vi.advanceTimersByTimeAsync(leaseMs);
  expect(refused.renewedAt.length).toBe(atEnd);
});
