import { type Clock, systemClock } from "@switchyard/clock";
import { beforeEach, expect, it } from "vitest";
import { createAwakeClock } from "./awake-clock.js";

// A machine whose time the test moves; its timers fire when they are due.
let atMs: number;
let timers: { readonly dueMs: number; readonly callback: () => void; isUnref: boolean }[];
let clock: Clock;

beforeEach(() => {
  atMs = 1_000;
  timers = [];
  const machine = {
    ...systemClock,
    now: () => 5_000_000 + atMs,
    monotonicMs: () => atMs,
    setTimeout: (callback: () => void, ms: number) => {
      const timer = { dueMs: atMs + ms, callback, isUnref: false, unref: () => (timer.isUnref = true) };
      timers.push(timer);
      return timer;
    },
    setInterval: () => ({ unref: () => undefined }),
    clearTimeout: (timer: unknown) => {
      timers = timers.filter((one) => one !== timer);
    },
  };
  clock = createAwakeClock(machine);
});

/** Lets time pass in one go, as a process sees it that stood still meanwhile. */
function stall(ms: number): void {
  atMs += ms;
  const due = timers.filter(({ dueMs }) => dueMs <= atMs);
  timers = timers.filter(({ dueMs }) => dueMs > atMs);
  for (const { callback } of due) callback();
}

/** Lets time pass as it does in a process that runs. */
function run(ms: number): void {
  for (let gone = 0; gone < ms; gone += 10) {
    stall(10);
    clock.monotonicMs();
  }
}

it("goes with the machine while the process runs", () => {
  run(10_000);
  expect([clock.monotonicMs(), clock.now()]).toEqual([11_000, 5_011_000]);
});

it("counts no more than 250 ms of a pause", () => {
  run(100);
  stall(5_000);
  expect([clock.monotonicMs(), clock.now()]).toEqual([1_350, 5_001_350]);
  run(100);
  expect(clock.monotonicMs()).toBe(1_450);
});

it("lets a timer wait for as long as its process runs", () => {
  const fired: string[] = [];
  clock.setTimeout(() => fired.push("short"), 200).unref();
  clock.setTimeout(() => fired.push("long"), 1_000).unref();
  stall(5_000);
  expect(fired).toEqual(["short"]);
  run(700);
  expect(fired).toEqual(["short"]);
  expect(timers.map(({ isUnref }) => isUnref)).toEqual([true]);
  run(100);
  expect(fired).toEqual(["short", "long"]);
});

it("takes timers back, also those that began again", () => {
  const never = () => expect.unreachable();
  const [one, other] = [clock.setTimeout(never, 1_000), clock.setTimeout(never, 2_000)];
  clock.clearTimeout(one);
  stall(5_000);
  clock.clearTimeout(other);
  clock.clearTimeout(undefined);
  expect(timers).toEqual([]);
  stall(5_000);
});
