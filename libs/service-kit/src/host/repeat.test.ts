import { eventually } from "@switchyard/testkit";
import { expect, test } from "vitest";
import { repeat } from "./repeat.js";

test("goes on after a failed round, and ends only when the running round has", async () => {
  let rounds = 0;
  let running = 0;
  const errors: unknown[] = [];
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const loop = repeat(
    1,
    async () => {
      rounds++;
      if (rounds === 1) throw new Error("first");
      running++;
      await held;
      running--;
    },
    (error) => errors.push(error),
  );
  loop.start();
  loop.start();
  await eventually(() => expect(running).toBe(1));
  expect(errors).toHaveLength(1);
  const stopped = loop.stop().then(() => running);
  expect(running).toBe(1);
  release();
  expect(await stopped).toBe(0);
  await loop.stop();
  expect(rounds).toBe(2);
});
