import { expect, test } from "vitest";
import { createBatchLoader } from "./batch-loader.js";

test("what is asked for while a load runs shares the next one", async () => {
  const batches: (readonly number[])[] = [];
  const load = createBatchLoader(async (keys: readonly number[]) => {
    batches.push(keys);
    await Promise.resolve();
    return keys.map((key) => key * 2);
  }, 3);
  const first = load(1);
  const second = load(2);
  const rest = first.then(() => Promise.all([3, 4, 5, 6].map(load)));
  expect(await Promise.all([first, second, rest])).toEqual([2, 4, [6, 8, 10, 12]]);
  expect(batches).toEqual([[1, 2], [3, 4, 5], [6]]);
});

test("a failure reaches those who share the load, and nobody else", async () => {
  const load = createBatchLoader(async ([key]: readonly string[]) => {
    if (key === "bad") throw new Error("no");
    return ["good"];
  }, 1);
  const results = await Promise.allSettled([load("bad"), load("fine")]);
  expect(results.map(({ status }) => status)).toEqual(["rejected", "fulfilled"]);
});
