import { systemClock } from "@switchyard/clock";
import { eventually } from "@switchyard/testkit";
import { afterEach, expect, it } from "vitest";
import { Namespace } from "../core/namespace.js";
import { keepFamily } from "../core/retention-bucket.js";
import { Timers } from "../core/timers.js";
import { type Schedule, scheduleFromRow } from "./schedule.js";
import { ScheduleTimer } from "./schedule-timer.js";

const space = new Namespace(
  { id: 1, name: "n", lastSerial: 0, lastCreatedMicros: 0, shapes: [], queues: [], limits: [], marks: [] },
  new Timers(),
  keepFamily,
);
let now = 0;
let isReady = true;
let asked = 0;
let due: string[] = [];
const timer = new ScheduleTimer(
  { ...systemClock, now: () => now },
  () => {
    asked++;
    return isReady;
  },
  ({ name }) => due.push(name),
);

function named(name: string): Schedule {
  const definition = {
    cron: "* * * * *",
    timeZone: "",
    catchUp: "LAST" as const,
    paused: false,
    spec: new Uint8Array(),
  };
  return scheduleFromRow(space, { ns: 1, name, ...definition, doneUntil: 0, lastTick: 0, lastSerial: 0 });
}

afterEach(() => {
  due = [];
});

it("calls what is due once, the earliest first, when the clock gets there, however it gets there", async () => {
  const [late, early, other] = [named("late"), named("early"), named("other")];
  timer.set(late, 10_000_000);
  timer.set(early, 9_000_000);
  timer.set(other, 20_000_000);
  now = 10_000_000;
  await eventually(() => expect(due).toEqual(["early", "late"]));
  expect(early.timer).toBeUndefined();
  now = 20_000_000;
  await eventually(() => expect(due).toEqual(["early", "late", "other"]));
});

it("forgets what was said before and what was cleared", async () => {
  const [moved, cleared, last] = [named("moved"), named("cleared"), named("last")];
  for (const schedule of [moved, cleared]) timer.set(schedule, now + 1_000);
  timer.set(moved, now + 3_000);
  timer.clear(cleared);
  timer.set(last, now + 2_000);
  now += 3_000;
  await eventually(() => expect(due).toEqual(["last", "moved"]));
});

it("calls nothing while it is not ready, and all of many afterwards", async () => {
  isReady = false;
  const many = Array.from({ length: 100 }, (_, n) => named(String(n)));
  for (const schedule of many) timer.set(schedule, now);
  asked = 0;
  await eventually(() => expect(asked).toBeGreaterThan(1));
  expect(due).toEqual([]);
  isReady = true;
  await eventually(() => expect(due).toHaveLength(100));
  timer.stop();
});
