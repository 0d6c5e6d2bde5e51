import { expect, test } from "vitest";
import { createTurnstile } from "./turnstile.js";

test("turns are handed out in the order in which they were asked for, all of them", async () => {
  const turnstile = createTurnstile(1);
  const order: number[] = [];
  await Promise.all(Array.from({ length: 100 }, (_, i) => turnstile.turn().then(() => order.push(i))));
  expect(order).toEqual(Array.from({ length: 100 }, (_, i) => i));
});

test("readers that take long are interrupted for others, who get their share", async () => {
  // Each turn takes two milliseconds of a clock that nothing else moves.
  let ms = 0;
  const turnstile = createTurnstile(0.5, () => ms);
  const turns = Array.from({ length: 24 }, () =>
    turnstile.turn().then(() => {
      ms += 2;
    }),
  );
  let others = 0;
  const timer = setInterval(() => others++, 1);
  await Promise.all(turns);
  clearInterval(timer);
  expect(ms).toBe(48);
  // Between the three rows of eight turns, sixteen milliseconds each.
  expect(others).toBeGreaterThanOrEqual(2);
});
