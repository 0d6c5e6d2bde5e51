import { reasonOf } from "@switchyard/errors";
import { describe, expect, it } from "vitest";
import { createTimetable } from "./timetable.js";

const at = (text: string) => Date.parse(text);

/** The ticks in a span, its start left out, found forwards; checked against those found backwards. */
function ticks(cron: string, zone: string, from: string, to: string): string[] {
  const timetable = createTimetable(cron, zone);
  const found: number[] = [];
  for (let tick = timetable.next(at(from)); tick !== undefined && tick <= at(to); tick = timetable.next(tick))
    found.push(tick);
  const backwards: number[] = [];
  for (let tick = timetable.last(at(to)); tick !== undefined && tick > at(from); tick = timetable.last(tick - 1))
    backwards.push(tick);
  expect(backwards.reverse()).toEqual(found);
  return found.map((tick) => new Date(tick).toISOString().replace(":00.000Z", "Z"));
}

describe("a timetable", () => {
  it("ticks at the minutes of five fields and the seconds of six, in UTC unless a zone is named", () => {
    expect(ticks("30 2 * * *", "", "2026-01-01T00:00Z", "2026-01-02T12:00Z")).toEqual([
      "2026-01-01T02:30Z",
      "2026-01-02T02:30Z",
    ]);
    expect(ticks("30 2 * * *", "Asia/Kolkata", "2026-01-01T00:00Z", "2026-01-02T00:00Z")).toEqual([
      "2026-01-01T21:00Z",
    ]);
    const { next, last } = createTimetable("* * * * * *", "");
    expect(next(1_000)).toBe(2_000);
    expect(next(1_999)).toBe(2_000);
    expect(last(5_000)).toBe(5_000);
    expect(last(4_999)).toBe(4_000);
  });

  it("finds a tick that is years away", () => {
    expect(createTimetable("0 0 29 2 *", "").next(at("2026-03-01T00:00Z"))).toBe(at("2028-02-29T00:00Z"));
  });
});

describe("an hour that is skipped", () => {
  // Berlin goes from 02:00 to 03:00 at 01:00 UTC; New York from 02:00 to 03:00 at 07:00 UTC; Lord Howe from 02:00 to 02:30 at 15:30 UTC.
  it("moves a fixed time to the end of the gap", () => {
    expect(ticks("30 2 * * *", "Europe/Berlin", "2026-03-28T12:00Z", "2026-03-30T12:00Z")).toEqual([
      "2026-03-29T01:00Z",
      "2026-03-30T00:30Z",
    ]);
    expect(ticks("30 2 * * *", "America/New_York", "2026-03-08T00:00Z", "2026-03-09T12:00Z")).toEqual([
      "2026-03-08T07:00Z",
      "2026-03-09T06:30Z",
    ]);
    expect(ticks("15 2 * * *", "Australia/Lord_Howe", "2026-10-03T00:00Z", "2026-10-04T20:00Z")).toEqual([
      "2026-10-03T15:30Z",
      "2026-10-04T15:15Z",
    ]);
  });

  it("leaves out the times of lists, ranges, steps and stars that fall into it", () => {
    expect(ticks("30 1,2 * * *", "Europe/Berlin", "2026-03-28T12:00Z", "2026-03-29T12:00Z")).toEqual([
      "2026-03-29T00:30Z",
    ]);
    expect(ticks("*/30 * * * *", "Europe/Berlin", "2026-03-29T00:00Z", "2026-03-29T02:00Z")).toEqual([
      "2026-03-29T00:30Z",
      "2026-03-29T01:00Z",
      "2026-03-29T01:30Z",
      "2026-03-29T02:00Z",
    ]);
  });
});

describe("an hour that is repeated", () => {
  // Berlin has 02:00 to 03:00 twice, from 00:00 UTC; New York 01:00 to 02:00, from 05:00 UTC; Lord Howe 01:30 to 02:00, from 14:30 UTC.
  it("gives a fixed time one tick, the first", () => {
    expect(ticks("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00Z", "2026-10-26T12:00Z")).toEqual([
      "2026-10-25T00:30Z",
      "2026-10-26T01:30Z",
    ]);
    expect(ticks("30 1 * * *", "America/New_York", "2026-11-01T00:00Z", "2026-11-02T12:00Z")).toEqual([
      "2026-11-01T05:30Z",
      "2026-11-02T06:30Z",
    ]);
    expect(ticks("45 1 * * *", "Australia/Lord_Howe", "2026-04-04T00:00Z", "2026-04-05T20:00Z")).toEqual([
      "2026-04-04T14:45Z",
      "2026-04-05T15:15Z",
    ]);
  });

  it("gives everything else its ticks in both passes, in the order of real time", () => {
    expect(ticks("30 1,2 * * *", "Europe/Berlin", "2026-10-24T12:00Z", "2026-10-25T12:00Z")).toEqual([
      "2026-10-24T23:30Z",
      "2026-10-25T00:30Z",
      "2026-10-25T01:30Z",
    ]);
    expect(ticks("*/20 * * * *", "America/New_York", "2026-11-01T04:40Z", "2026-11-01T07:00Z")).toEqual([
      "2026-11-01T05:00Z",
      "2026-11-01T05:20Z",
      "2026-11-01T05:40Z",
      "2026-11-01T06:00Z",
      "2026-11-01T06:20Z",
      "2026-11-01T06:40Z",
      "2026-11-01T07:00Z",
    ]);
  });
});

describe("what is no timetable", () => {
  it.each([
    ["", "", "schedule.cron"],
    ["* * * *", "", "schedule.cron"],
    ["* * * * * * *", "", "schedule.cron"],
    ["@daily", "", "schedule.cron"],
    ["2026-01-01T00:00:00", "", "schedule.cron"],
    ["a b c d e 00:00", "", "schedule.cron"],
    ["60 * * * *", "", "schedule.cron"],
    ["*/0 * * * *", "", "schedule.cron"],
    ["nonsense * * * *", "", "schedule.cron"],
    ["0 0 30 2 *", "", "schedule.cron"],
    ["* * * * *", "Europe/Atlantis", "schedule.time_zone"],
    ["* * * * *", "+02:00", "schedule.time_zone"],
    ["* * * * *", " ", "schedule.time_zone"],
  ])("%j in %j is refused by its field", (cron, zone, field) => {
    const refused = () => createTimetable(cron, zone);
    expect(refused).toThrowError(expect.objectContaining({ metadata: { field } }));
    expect(refused).toThrowError(expect.toSatisfy((error) => reasonOf(error) === "INVALID_ARGUMENT"));
  });
});
