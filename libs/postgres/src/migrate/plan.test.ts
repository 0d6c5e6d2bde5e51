import { describe, expect, it } from "vitest";
import { checkMigrationList, checksumOf, leastStepOf, planMigrations } from "./plan.js";

const first = { name: "0001-first", up: "create table a ()" };
const second = { name: "0002-second", up: "create table b ()" };
const code = { name: "0003-code", up: async () => undefined };
const recorded = (...steps: (typeof first | typeof code)[]) =>
  steps.map((step) => ({ name: step.name, checksum: checksumOf(step), leastStep: step.name }));
const compatible = (...steps: (typeof first)[]) =>
  recorded(...steps).map((step) => ({ ...step, leastStep: first.name }));

describe("planMigrations", () => {
  it("leaves what is not recorded", () => {
    expect(planMigrations("s", [first, second, code], recorded(first))).toEqual({ pending: [second, code], newer: [] });
  });

  it("leaves nothing when all is recorded", () => {
    expect(planMigrations("s", [first, second, code], recorded(first, second, code))).toEqual({
      pending: [],
      newer: [],
    });
  });

  it("refuses a newer database and says what to do", () => {
    expect(() => planMigrations("s", [first], recorded(first, second))).toThrow(
      /migrated by a newer version, and programs must know 0002-second.*Start that version or a later one/,
    );
  });

  it("lives with newer steps that say so, and not with one among them that does not", () => {
    expect(planMigrations("s", [first], [...recorded(first), ...compatible(second)])).toEqual({
      ...{ pending: [], newer: ["0002-second"] },
    });
    const third = { name: "0003-third", up: "" };
    const mixed = [...recorded(first), ...compatible(second), ...recorded(third)];
    expect(() => planMigrations("s", [first], mixed)).toThrow(/programs must know 0003-third, which/);
    expect(() => planMigrations("s", [first], [...recorded(first, second), ...compatible(third)])).toThrow(
      /0002-second/,
    );
  });

  it("refuses two steps with one number", () => {
    const other = { name: "0002-other", up: "" };
    expect(() => planMigrations("s", [first, second], [...recorded(first), ...compatible(other)])).toThrow(
      /has run 0002-other without 0002-second.*the same numbers/,
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
  expect(() => checkMigrationList("s", [{ name, up: "" }])).toThrow(/must be called 0001-/);
});

describe("leastStepOf", () => {
  const steps = (...compatible: (true | string | undefined)[]) =>
    compatible.map((value, index) => ({
      ...{ name: `000${index + 1}-step`, up: "" },
      ...(value === undefined ? {} : { compatible: value }),
    }));

  it.each([
    ["the last step that no older program can live with", steps(undefined, true, undefined, true, true), "0003-step"],
    ["the step that is named", steps(undefined, true, true, "0002-step"), "0002-step"],
    [
      "no older one than a step before demanded",
      steps(undefined, undefined, undefined, "0002-step", true),
      "0003-step",
    ],
    ["the first where all are compatible", steps(true, true, true), "0001-step"],
  ])("is %s", (_, migrations, expected) => {
    checkMigrationList("s", migrations);
    expect(leastStepOf(migrations)).toBe(expected);
  });

  it("can only be a step before", () => {
    expect(() => checkMigrationList("s", steps(undefined, "0002-step"))).toThrow(/no step before it/);
  });
});
