import { describe, expect, it } from "vitest";
import { JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { parseDurationMs } from "./durations.js";
import { enumName, enumNames, enumValues } from "./enum-names.js";
import { jobRef } from "./job-ref.js";
import { readPages } from "./pages.js";
import { listOf, pairs, wholeNumber } from "./values.js";

describe("a duration", () => {
  it.each([
    ["250ms", 250],
    ["1.5s", 1_500],
    ["5m", 300_000],
    ["2h", 7_200_000],
    ["7d", 604_800_000],
  ])("of %s is %i ms", (text, ms) => expect(parseDurationMs(text)).toBe(ms));

  it.each(["5", "", "s", "-1s", "1 s", "1w"])("is not %j", (text) =>
    expect(() => parseDurationMs(text)).toThrow("Expected a duration"),
  );
});

describe("pairs", () => {
  it("gather, split at the first equals sign, and may be empty", () => {
    expect(pairs("b=c=d", pairs("a="))).toEqual({ a: "", b: "c=d" });
  });

  it.each(["a", "=b", ""])("are not %j", (text) => expect(() => pairs(text)).toThrow("key=value"));
});

describe("lists and numbers", () => {
  it("take commas and repeats", () => expect(listOf("b, c", listOf("a,,"))).toEqual(["a", "b", "c"]));

  it("keep to their range", () => {
    const read = wholeNumber(-2, 2);
    expect(read("-2")).toBe(-2);
    for (const text of ["3", "1.5", "x", ""]) expect(() => read(text)).toThrow("from -2 to 2");
  });
});

describe("names of an enum", () => {
  it("are those of the contract in small letters, without the one that is never sent", () => {
    expect(enumNames(JobState)).toEqual([
      ...["blocked", "scheduled", "queued", "running"],
      ...["succeeded", "failed", "timed-out", "cancelled"],
    ]);
    expect(enumValues(JobState)("Timed-Out,queued")).toEqual([JobState.TIMED_OUT, JobState.QUEUED]);
  });

  it("refuse others, numbers and names of what objects inherit too", () => {
    for (const text of ["unspecified", "3", "constructor", "-", ""]) {
      if (text === "") expect(enumValues(JobState)(text)).toEqual([]);
      else expect(() => enumValues(JobState)(text)).toThrow("Expected one of blocked");
    }
  });

  it("of values that this version doesn't know are numbers", () => expect(enumName(JobState, 99)).toBe("99"));
});

describe("a job", () => {
  it.each([
    ["0193A0B0-0000-7000-8000-000000000001", { case: "jobId", value: "0193a0b0-0000-7000-8000-000000000001" }],
    ["00000000000A", { case: "shortId", value: "00000000000a" }],
    ["#17", { case: "serial", value: 17n }],
  ])("is named by %s", (text, by) => expect(jobRef(text)).toEqual(by));

  it.each(["17", "#", "job", ""])("is not named by %j", (text) => expect(() => jobRef(text)).toThrow("names no job"));
});

describe("pages", () => {
  const list = (total: number) => {
    const asked: number[] = [];
    const read = async ({ pageSize, pageToken }: { pageSize: number; pageToken: string }) => {
      asked.push(pageSize);
      const from = Number(pageToken || "0");
      // Services cut pages by bytes too: here at two items.
      const to = Math.min(total, from + Math.min(2, pageSize));
      const items = Array.from({ length: to - from }, (_, at) => from + at);
      return { items, nextPageToken: to < total ? String(to) : "" };
    };
    return { asked, read };
  };

  it("are read up to the limit, and no further", async () => {
    const { asked, read } = list(5);
    expect(await readPages(3, read)).toEqual({ items: [0, 1, 2], more: true });
    expect(asked).toEqual([3, 1]);
  });

  it("are read to their end without one", async () => {
    const { asked, read } = list(5);
    expect(await readPages(0, read)).toEqual({ items: [0, 1, 2, 3, 4], more: false });
    expect(asked).toEqual([1_000, 1_000, 1_000]);
  });
});
