import { expect, test } from "vitest";
import { createBackoff } from "./backoff.js";

test("the bound doubles up to the maximum and begins anew after a reset", () => {
  const backoff = createBackoff({ initialMs: 10, maxMs: 50, random: () => 0.5 });
  expect([1, 2, 3, 4, 5].map(() => backoff.nextMs())).toEqual([5, 10, 20, 25, 25]);
  backoff.reset();
  expect(backoff.nextMs()).toBe(5);
});

test("a very long row of failures stays at the maximum", () => {
  const backoff = createBackoff({ initialMs: 10, maxMs: 50, random: () => 1 });
  for (let i = 0; i < 2_000; i++) backoff.nextMs();
  expect(backoff.nextMs()).toBe(50);
});

test("a wait ends with the signal's reason", async () => {
  const leaving = new AbortController();
  const waited = createBackoff({ random: () => 1 }).wait(leaving.signal, 60_000);
  leaving.abort(new Error("left"));
  await expect(waited).rejects.toThrow("left");
});
