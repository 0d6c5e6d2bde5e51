import { expect, it } from "vitest";
import { createSignal } from "./signal.js";

it("keeps what was announced before anybody waited, in order", async () => {
  const signal = createSignal<number>();
  signal.emit(1);
  signal.emit(2);
  expect(signal.waiting).toBe(2);
  expect([await signal.next(), await signal.next()]).toEqual([1, 2]);
});

it("wakes who waits, first come first served", async () => {
  const signal = createSignal<string>();
  const both = Promise.all([signal.next(), signal.next()]);
  signal.emit("a");
  signal.emit("b");
  expect(await both).toEqual(["a", "b"]);
});

it("names itself when it was awaited in vain, and does not lose the next value", async () => {
  const signal = createSignal<string>("batch fetched");
  await expect(signal.next(5)).rejects.toThrow("waited 5 ms for batch fetched");
  signal.emit("later");
  expect(await signal.next()).toBe("later");
});

it("waits for a value that fits", async () => {
  const signal = createSignal<number>();
  for (const value of [1, 2, 3, 4]) signal.emit(value);
  expect(await signal.nextMatching((value) => value > 2)).toBe(3);
  expect(await signal.next()).toBe(4);
});
