import { expect, it } from "vitest";
import { painByFault, painOf } from "./bursts.js";
import type { CallRecord } from "./record/call-log.js";

const call = (op: CallRecord["op"], begun: number, ended: number, failed?: string): CallRecord => ({
  ...{ op, begun, ended },
  ...(failed === undefined ? {} : { failed }),
});
const calls = [
  call("submit", 0, 10),
  call("submit", 100, 200, "UNAVAILABLE"),
  call("read", 50, 900, "UNAVAILABLE"),
  call("submit", 300, 1_500),
  call("cancel", 1_000, 1_001, "UNAVAILABLE"),
  call("read", 2_000, 2_100, "UNAVAILABLE"),
  call("batch", 2_050, 2_150),
];

it("a burst lasts from a failure to the next answer", () => {
  expect(painOf(calls, "repeated")).toEqual({ calls: 6, failed: 3, burstMs: 1_300, callMs: 1_200 });
  expect(painOf(calls, "once")).toEqual({ calls: 1, failed: 1, burstMs: 0, callMs: 0 });
});

it("a call counts for the faults that it met, and a little longer", () => {
  const faults = [
    { fault: "kill scheduler", target: "a", begun: 1_400, over: 1_450 },
    { fault: "kill gateway", target: "b", begun: 20_000, over: 20_001 },
  ] as const;
  expect(painByFault(calls, faults, "repeated")).toEqual({
    "kill scheduler": { calls: 3, failed: 1, burstMs: 50, callMs: 1_200 },
    "kill gateway": { calls: 0, failed: 0, burstMs: 0, callMs: 0 },
  });
});
