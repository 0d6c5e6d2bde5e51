import { expect, test } from "vitest";
import { splitSearch } from "./split-search.js";

const split = (text: string) =>
  splitSearch({ field: "f", operator: "matches", operands: [text] }).map(({ operands }) => operands[0]);

test("plain words are searches of their own, each of them once", () => {
  expect(split(" Engineering manager  manager 2026")).toEqual(["engineering", "manager", "2026"]);
  expect(split("one")).toEqual(["one"]);
});

test.each([
  '"data team" lead',
  "manager -intern",
  "lead or head",
  "Lead OR head",
  "c++ lead",
  "zürich lead",
  "",
  "a.b",
])("%j stays as it is", (text) => expect(split(text)).toEqual([text]));

test("other conditions stay as they are", () => {
  const condition = { field: "f", operator: "prefix", operands: ["two words"] } as const;
  expect(splitSearch(condition)).toEqual([condition]);
});
