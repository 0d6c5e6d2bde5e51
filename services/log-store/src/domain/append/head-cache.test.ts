import { expect, test } from "vitest";
import { createHeadCache } from "./head-cache.js";

const key = (stream: string) => ({ namespace: "n", jobId: "j", attempt: 1, stream });

test("keeps the heads used last, and those that are worked on", () => {
  const cache = createHeadCache(3);
  const busy = cache.get(key("busy"));
  busy.busy = true;
  const a = cache.get(key("a"));
  cache.get(key("b"));
  cache.get(key("a"));
  cache.get(key("c"));
  expect(cache.size).toBe(3);
  expect(cache.get(key("busy"))).toBe(busy);
  expect(cache.get(key("a"))).toBe(a);
});

test("a dropped head is made anew; dropping an old one leaves the new one alone", () => {
  const cache = createHeadCache(3);
  const old = cache.get(key("a"));
  cache.drop(old);
  const fresh = cache.get(key("a"));
  expect(fresh).not.toBe(old);
  cache.drop(old);
  expect(cache.get(key("a"))).toBe(fresh);
});
