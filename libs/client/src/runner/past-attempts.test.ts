import { expect, test } from "vitest";
import { createPastAttempts } from "./past-attempts.js";

test("an end is remembered for at least a minute and forgotten after two", () => {
  let now = 0;
  const past = createPastAttempts(() => now);
  past.add("a", "reported");
  now = 59_999;
  past.add("b", "given-up");
  expect([past.find("a"), past.find("b"), past.find("c")]).toEqual(["reported", "given-up", undefined]);
  now = 60_000;
  past.add("c", "reported");
  now = 119_998;
  past.add("d", "reported");
  expect([past.find("a"), past.find("b")]).toEqual(["reported", "given-up"]);
  now = 120_000;
  past.add("e", "reported");
  expect([past.find("a"), past.find("b"), past.find("c")]).toEqual([undefined, undefined, "reported"]);
});

test("at least the last 50,000 are remembered, however fast they come", () => {
  const past = createPastAttempts(() => 0);
  for (let i = 0; i < 150_000; i++) past.add(`${i}`, "reported");
  past.add("last", "given-up");
  expect([past.find("last"), past.find("149999"), past.find("100000"), past.find("49999")]).toEqual([
    "given-up",
    "reported",
    "reported",
    undefined,
  ]);
});
