import { describe, expect, it } from "vitest";
import { checkMigrationList, checksumOf, planMigrations } from "./plan.js";

const first = { name: "0001-first", up: "create table a ()" };
const second = { name: "0002-second", up: "create table b ()" };
const code = { name: "0003-code", up: async () => undefined };
const recorded = (...steps: (typeof first | typeof code)[]) =>
  steps.map((step) => ({ name: step.name, checksum: checksumOf(step) }));

describe("planMigrations", () => {
  it("leaves what is not recorded", () => {
    expect(planMigrations("s", [first, second, code], recorded(first))).toEqual([second, code]);
  });

  it("leaves nothing when all is recorded", () => {
    expect(planMigrations("s", [first, second, code], recorded(first, second, code))).toEqual([]);
  });

  it("refuses a newer database and says what to do", () => {
    expect(() => planMigrations("s", [first], recorded(first, second))).toThrow(
      /migrated by a newer version \(0002-second unknown here\).*Start that version or a later one/,
    );
  });

  it("refuses a step that was slipped in", () => {
    expect(() => planMigrations("s", [first, second], recorded(second))).toThrow(
      /has run 0002-second without 0001-first/,
    );
  });

  it("refuses a changed step", () => {
    const changed = { ...first, up: "create table c ()" };
    expect(() => planMigrations("s", [changed], recorded(first))).toThrow(/0001-first .* is not the one that was run/);
  });

  it("does not mind other line ends", () => {
    expect(checksumOf({ name: "x", up: "a\r\nb" })).toBe(checksumOf({ name: "x", up: "a\nb" }));
  });
});

it.each([["0002-first"], ["1-first"], ["0001-First"], ["0001"]])("refuses %s as the name of the first step", (name) => {
  expect(() => checkMigrationList([{ name, up: "" }])).toThrow(/must be called 0001-/);
});
