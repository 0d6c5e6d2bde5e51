import { describe, expect, it } from "vitest";
import { attemptEndId, claimedId, createdId, entryId, jobEndId, sequenceAfter } from "./log-id.js";

describe("ids of log entries", () => {
  it("rise in the order of a job's story", () => {
    const story = [
      createdId,
      ...[1, 2, 3, 70_000].flatMap((attempt) => [
        claimedId(attempt),
        entryId(attempt, 0n),
        entryId(attempt, 1n),
        entryId(attempt, 4_000_000_000n),
        attemptEndId(attempt),
        jobEndId(attempt),
      ]),
    ];
    expect(story).toEqual([...story].sort((a, b) => a - b));
    expect(new Set(story).size).toBe(story.length);
    expect(Number.isSafeInteger(story.at(-1))).toBe(true);
    expect([createdId > 0, jobEndId(0) < claimedId(1)]).toEqual([true, true]);
  });

  it("lead back to the place behind them", () => {
    expect(sequenceAfter(entryId(3, 41n), 3)).toBe(42n);
    expect(sequenceAfter(claimedId(3), 3)).toBe(0n);
    expect(sequenceAfter(createdId, 3)).toBe(0n);
    expect(sequenceAfter(jobEndId(2), 3)).toBe(0n);
    expect(sequenceAfter(attemptEndId(3), 3)).toBeUndefined();
    expect(sequenceAfter(entryId(4, 0n), 3)).toBeUndefined();
  });
});
