import { expect, it } from "vitest";
import { decodeEvents, stretchesOf } from "./event-row.js";

const run = (n: number, j: number[]) => ({ y: "SUBMITTED", n, j, t: 1, s: "QUEUED", k: "k", h: 1 });

it("the events of one namespace keep their numbers, under its other number", () => {
  const data = Buffer.from(
    JSON.stringify([run(7, [1, 1]), run(7, [9]), run(8, [1, 1, 1]), run(7, [4, 2]), run(9, [1])]),
  );
  const stretches = stretchesOf(100, data, 7, 70);
  expect(stretches.map(({ firstSequence, n }) => [firstSequence, n])).toEqual([
    [100, 3],
    [106, 2],
  ]);
  const carried = stretches.flatMap(({ firstSequence, data: part }) => decodeEvents(firstSequence, part));
  const before = decodeEvents(100, data).filter(({ ns }) => ns === 7);
  expect(carried).toEqual(before.map((event) => ({ ...event, ns: 70 })));
  expect(stretchesOf(1, data, 5, 50)).toEqual([]);
});
