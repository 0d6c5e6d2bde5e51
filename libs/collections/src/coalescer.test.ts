import { expect, it } from "vitest";
import { createCoalescer } from "./coalescer.js";

/** A flush that is answered by hand. */
function setUp(options: { readonly maxItems?: number; readonly maxWeight?: number } = {}) {
  const batches: { readonly items: readonly number[]; readonly answer: (results: readonly string[]) => void }[] = [];
  const coalescer = createCoalescer<number, string>({
    maxItems: 100,
    weigh: (item) => item,
    ...options,
    flush: (items) => new Promise((answer) => batches.push({ items, answer })),
  });
  const nextTurn = () => new Promise((resolve) => setImmediate(resolve));
  return { coalescer, batches, nextTurn };
}

it("sends what comes together together, and what comes meanwhile when the first has returned", async () => {
  const { coalescer, batches, nextTurn } = setUp();
  const first = [coalescer.add(1), coalescer.add(2)];
  await nextTurn();
  const second = [coalescer.add(3), coalescer.add(4)];
  await nextTurn();
  expect(batches.map(({ items }) => items)).toEqual([[1, 2]]);
  batches[0]?.answer(["a", "b"]);
  expect(await Promise.all(first)).toEqual(["a", "b"]);
  expect(batches[1]?.items).toEqual([3, 4]);
  const idle = coalescer.idle();
  batches[1]?.answer(["c", "d"]);
  expect(await Promise.all(second)).toEqual(["c", "d"]);
  await idle;
  expect(coalescer.size).toBe(0);
});

it("bounds batches by count and by weight, and sends a heavy item alone", async () => {
  const { coalescer, batches, nextTurn } = setUp({ maxItems: 3, maxWeight: 10 });
  const all = [1, 1, 1, 1, 50, 9, 2].map((item) => coalescer.add(item));
  await nextTurn();
  for (let i = 0; i < 4; i++) {
    batches[i]?.answer(batches[i]?.items.map(String) ?? []);
    await nextTurn();
  }
  batches[4]?.answer(["2"]);
  expect(await Promise.all(all)).toEqual(["1", "1", "1", "1", "50", "9", "2"]);
  expect(batches.map(({ items }) => items)).toEqual([[1, 1, 1], [1], [50], [9], [2]]);
});

it("rejects the items of a failed batch only", async () => {
  let calls = 0;
  const coalescer = createCoalescer<number, number>({
    maxItems: 1,
    flush: async (items) => {
      if (calls++ === 0) throw new Error("away");
      return items;
    },
  });
  const [first, second] = [coalescer.add(1), coalescer.add(2)];
  await expect(first).rejects.toThrow("away");
  expect(await second).toBe(2);
});

it("rejects a batch that is answered short", async () => {
  const coalescer = createCoalescer<number, number>({ maxItems: 9, flush: async () => [] });
  await expect(coalescer.add(1)).rejects.toThrow("answered with 0");
});

it("answers items that were added together in their order, over several batches and beside others", async () => {
  const coalescer = createCoalescer<number, string>({ maxItems: 2, flush: async (items) => items.map(String) });
  const [before, group, after] = [coalescer.add(0), coalescer.addAll([1, 2, 3, 4]), coalescer.add(5)];
  expect(await Promise.all([before, group, after])).toEqual(["0", ["1", "2", "3", "4"], "5"]);
  expect(await coalescer.addAll([])).toEqual([]);
});

it("rejects items that were added together when a batch with one of them fails", async () => {
  const coalescer = createCoalescer<number, number>({
    maxItems: 2,
    flush: async (items) => {
      if (items.includes(3)) throw new Error("away");
      return items;
    },
  });
  const [group, after] = [coalescer.addAll([1, 2, 3]), coalescer.addAll([4, 5])];
  await expect(group).rejects.toThrow("away");
  await expect(after).rejects.toThrow("away");
  expect(await coalescer.addAll([6])).toEqual([6]);
});
