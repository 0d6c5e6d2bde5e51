import { systemClock } from "@switchyard/clock";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Timers } from "../core/timers.js";
import { DueWatch } from "./due-watch.js";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A watch that takes what is due, and notes when it looked and what there was. */
function setUp() {
  const timers = new Timers<string>();
  const begun = systemClock.now();
  const looks: number[] = [];
  const taken: [number, string][] = [];
  const since = () => systemClock.now() - begun;
  const watch = new DueWatch({
    clock: systemClock,
    timers,
    onLook() {
      looks.push(since());
      for (let due = timers.take(systemClock.now()); due; due = timers.take(systemClock.now()))
        taken.push([since(), due]);
    },
  });
  watch.start();
  const add = (inMs: number, what: string) => timers.add(systemClock.now() + inMs, what);
  return { add, watch, looks, taken };
}

test("looks when something is due, also when it was added after something later", () => {
  const { add, taken } = setUp();
  add(90, "b");
  vi.advanceTimersByTime(10);
  add(30, "a");
  vi.advanceTimersByTime(200);
  expect(taken).toEqual([
    [40, "a"],
    [90, "b"],
  ]);
});

test("looks seldom while nothing is due", () => {
  const { looks } = setUp();
  vi.advanceTimersByTime(1_000);
  expect(looks.length).toBeLessThanOrEqual(10);
  expect(looks.length).toBeGreaterThan(5);
});

test("what comes due one by one is handled together, and none of it late by more than 20 ms", () => {
  const { add, looks, taken } = setUp();
  for (let ms = 1; ms <= 200; ms++) add(ms, String(ms));
  vi.advanceTimersByTime(230);
  expect(taken).toHaveLength(200);
  for (const [at, what] of taken) expect(at - Number(what)).toBeLessThanOrEqual(20);
  for (const [i, at] of looks.entries())
    expect(at - (looks[i - 1] ?? Number.NEGATIVE_INFINITY)).toBeGreaterThanOrEqual(20);
});

test("ends", () => {
  const { add, watch, looks } = setUp();
  add(50, "a");
  watch.stop();
  vi.advanceTimersByTime(500);
  expect(looks).toEqual([]);
});
