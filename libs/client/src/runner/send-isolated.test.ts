import { SwitchyardError } from "@switchyard/errors";
import { expect, test } from "vitest";
import { type Refused, sendIsolated } from "./send-isolated.js";

const { signal } = new AbortController();
const double = async (items: number[]) => items.map((item) => item * 2);

test("answers stand in the places of their items, those that were not sent have none", async () => {
  expect(await sendIsolated([1, 2, 3], double, () => true, signal)).toEqual([2, 4, 6]);
  expect(await sendIsolated([1, 2, 3, 4], double, (item) => item % 2 === 0, signal)).toEqual([
    undefined,
    4,
    undefined,
    8,
  ]);
  expect(await sendIsolated([1], double, () => false, signal)).toEqual([undefined]);
});

test("an item for which the call is refused harms no other", async () => {
  const calls: number[][] = [];
  const send = async (items: number[]) => {
    calls.push([...items]);
    if (items.includes(3)) throw new SwitchyardError("INVALID_ARGUMENT", "three");
    return double(items);
  };
  const answers = await sendIsolated([1, 2, 3, 4], send, (item) => item !== 1, signal);
  expect(calls).toEqual([[2, 3, 4], [2], [3], [4]]);
  expect([answers[0], answers[1], answers[3]]).toEqual([undefined, 4, 8]);
  expect((answers[2] as Refused).error.reason).toBe("INVALID_ARGUMENT");
});
