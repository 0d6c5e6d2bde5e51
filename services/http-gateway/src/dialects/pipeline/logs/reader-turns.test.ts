import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createReaderTurns } from "./reader-turns.js";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Counts the turns of one reader who always comes back. */
function reader(turns: ReturnType<typeof createReaderTurns>, waitMs = 60_000) {
  const over = new AbortController();
  const seen = { turns: 0, stop: () => over.abort() };
  const read = async () => {
    while (!over.signal.aborted) {
      await turns.next(waitMs, over.signal);
      seen.turns += 1;
    }
  };
  void read();
  return seen;
}

describe("turns of readers", () => {
  it("come at once, and then no closer than the pace", async () => {
    const turns = createReaderTurns(() => 100);
    const one = reader(turns);
    await vi.advanceTimersByTimeAsync(0);
    turns.wake();
    await vi.advanceTimersByTimeAsync(0);
    expect(one.turns).toBe(1);
    for (let time = 0; time < 10; time += 1) turns.wake();
    await vi.advanceTimersByTimeAsync(99);
    expect(one.turns).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(one.turns).toBe(2);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(one.turns).toBe(2);
    one.stop();
  });

  it("do not wait for the pace at the end", async () => {
    const turns = createReaderTurns(() => 100);
    const one = reader(turns);
    await vi.advanceTimersByTimeAsync(0);
    turns.wakeNow();
    await vi.advanceTimersByTimeAsync(0);
    turns.wake();
    turns.wakeNow();
    await vi.advanceTimersByTimeAsync(500);
    expect(one.turns).toBe(2);
    one.stop();
  });

  it("come without news when the wait is over, and end with the reader", async () => {
    const turns = createReaderTurns(() => 0);
    const one = reader(turns, 500);
    await vi.advanceTimersByTimeAsync(1_100);
    expect(one.turns).toBe(2);
    one.stop();
    await vi.advanceTimersByTimeAsync(0);
    expect(one.turns).toBe(3);
    expect(vi.getTimerCount()).toBe(0);
  });
});
