import { expect, it } from "vitest";
import { Holdings } from "./holdings.js";

it("knows the first end and the first due time of what is held", () => {
  const holdings = new Holdings();
  expect([holdings.size, holdings.firstEndMs, holdings.renewDueMs]).toEqual([
    0,
    Number.POSITIVE_INFINITY,
    Number.POSITIVE_INFINITY,
  ]);
  holdings.hold("a", 300, 0);
  holdings.hold("b", 300, 0);
  holdings.hold("c", 600, 0);
  holdings.hold("d", Number.POSITIVE_INFINITY, 0);
  expect([holdings.size, holdings.firstEndMs, holdings.renewDueMs]).toEqual([4, 300, 100]);
  holdings.end("a", 1);
  expect([holdings.has("a"), holdings.hasEnded("a"), holdings.firstEndMs]).toEqual([false, true, 300]);
  holdings.hold("b", 900, 300);
  expect([holdings.size, holdings.firstEndMs, holdings.renewDueMs]).toEqual([3, 600, 200]);
  holdings.release("c");
  holdings.release("c");
  expect([holdings.size, holdings.firstEndMs, holdings.renewDueMs]).toEqual([2, 900, 500]);
  holdings.clear();
  expect([holdings.size, holdings.firstEndMs]).toEqual([0, Number.POSITIVE_INFINITY]);
});

it("remembers ends by the slots of the runner", () => {
  const holdings = new Holdings();
  for (let i = 0; i < 60_000; i++) holdings.end(String(i), 4_000);
  expect([holdings.hasEnded("44000"), holdings.hasEnded("0")]).toEqual([true, false]);
});
