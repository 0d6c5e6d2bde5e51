import { expect, test } from "vitest";
import { parseChildTicks, parseProcessStat } from "./process-stat.js";

const line = "41 (a) R (b 9) S 7 40 39 0 -1 4194560 1 2 3 4 11 5 20 30 20 0 1 0 123456 1000 200 18446744073709551615";

test("a command may be called anything", () => {
  expect(parseProcessStat(line)).toEqual({
    ...{ id: 41, state: "S", parent: 7, group: 40, session: 39, startTick: 123_456 },
    cpu: { user: 31, system: 35 },
  });
});

test("the account of children is by itself", () => {
  expect(parseChildTicks(line)).toEqual({ user: 20, system: 30 });
});
