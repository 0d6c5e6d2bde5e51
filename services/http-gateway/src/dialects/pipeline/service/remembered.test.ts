import { expect, it } from "vitest";
import { remembered } from "./remembered.js";

it("asks anew once the answer is too old", async () => {
  let [time, asked] = [0, 0];
  const ask = remembered(
    100,
    async () => {
      asked += 1;
      return asked;
    },
    () => time,
  );
  expect(await Promise.all([ask(), ask()])).toEqual([1, 1]);
  time = 100;
  expect(await ask()).toBe(1);
  time = 101;
  expect(await ask()).toBe(2);
});
