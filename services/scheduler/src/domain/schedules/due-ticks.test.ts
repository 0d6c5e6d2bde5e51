import { describe, expect, it } from "vitest";
import { type CatchUp, dueTicks, maxCatchUp } from "./due-ticks.js";
import { createTimetable } from "./timetable.js";

const minutely = createTimetable("* * * * *", "");
const secondly = createTimetable("* * * * * *", "");
const policies: readonly CatchUp[] = ["NONE", "LAST", "ALL"];
const minute = 60_000;
const grace = 10_000;

describe("due ticks", () => {
  it.each(policies)("are none before the time has come, nor again after it was dealt with (%s)", (policy) => {
    expect(dueTicks(minutely, policy, 0, minute - 1, grace)).toEqual([]);
    expect(dueTicks(minutely, policy, minute, minute, grace)).toEqual([]);
    // A clock that is behind that of the owner before.
    expect(dueTicks(minutely, policy, 5 * minute, minute, grace)).toEqual([]);
  });

  it.each(policies)("are all made while the oldest is within the grace (%s)", (policy) => {
    expect(dueTicks(minutely, policy, 0, minute, grace)).toEqual([minute]);
    expect(dueTicks(minutely, policy, 0, minute + grace, grace)).toEqual([minute]);
    expect(dueTicks(secondly, policy, 1_000, 5_500, grace)).toEqual([2_000, 3_000, 4_000, 5_000]);
  });

  it("are left out, or one, or all when nothing ran for longer", () => {
    const now = 3 * minute + 30_000;
    expect(dueTicks(minutely, "NONE", 0, now, grace)).toEqual([]);
    expect(dueTicks(minutely, "LAST", 0, now, grace)).toEqual([3 * minute]);
    expect(dueTicks(minutely, "ALL", 0, now, grace)).toEqual([minute, 2 * minute, 3 * minute]);
  });

  it("follow the policy to the last, though the newest are hardly late", () => {
    expect(dueTicks(secondly, "NONE", 1_000, 60_000, grace)).toEqual([]);
    expect(dueTicks(secondly, "LAST", 1_000, 60_000, grace)).toEqual([60_000]);
  });

  it("are the newest thousand of millions", () => {
    const now = 30 * 86_400_000;
    const ticks = dueTicks(secondly, "ALL", 0, now, grace);
    expect(ticks).toHaveLength(maxCatchUp);
    expect(ticks[0]).toBe(now - (maxCatchUp - 1) * 1_000);
    expect(ticks.at(-1)).toBe(now);
  });

  it("go on behind what an interrupted catch-up has made", () => {
    const now = 10 * minute;
    const [first, second, ...rest] = dueTicks(minutely, "ALL", 0, now, grace);
    expect([first, second]).toEqual([minute, 2 * minute]);
    expect(dueTicks(minutely, "ALL", 2 * minute, now, grace)).toEqual(rest);
  });

  it("make up for a time that was skipped once, at the end of the gap", () => {
    const daily = createTimetable("30 2 * * *", "Europe/Berlin");
    const after = Date.parse("2026-03-28T12:00Z");
    const now = Date.parse("2026-03-30T12:00Z");
    const due = dueTicks(daily, "ALL", after, now, grace).map((tick) => new Date(tick).toISOString());
    expect(due).toEqual(["2026-03-29T01:00:00.000Z", "2026-03-30T00:30:00.000Z"]);
  });
});
