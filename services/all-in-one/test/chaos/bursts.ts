import type { FaultRecord } from "./faults/fault-record.js";
import type { CallOp, CallRecord } from "./record/call-log.js";

/** What the client's callers felt. */
export interface Pain {
  readonly calls: number;
  /** Calls that failed after the client's own repeats. */
  readonly failed: number;
  /** The longest time from a failed call to the next one that was answered, ms. */
  readonly burstMs: number;
  /** The longest call that was answered, ms. */
  readonly callMs: number;
}

/** Calls by whether the client repeats them after errors that may pass. */
export const callSorts = {
  repeated: ["submit", "batch", "read"],
  once: ["cancel"],
} as const satisfies Readonly<Record<string, readonly CallOp[]>>;

/** Names of {@link callSorts}. */
export type CallSort = keyof typeof callSorts;

/** How long after a fault is over its effects count as its own, ms. */
const aftermathMs = 5_000;
const none: Pain = { calls: 0, failed: 0, burstMs: 0, callMs: 0 };

/** Measures calls of a sort. */
export function painOf(records: readonly CallRecord[], sort: CallSort): Pain {
  const ops: readonly CallOp[] = callSorts[sort];
  const calls = records.filter(({ op }) => ops.includes(op)).sort((a, b) => a.ended - b.ended);
  const answered = calls.filter(({ failed }) => failed === undefined);
  let burstMs = 0;
  let since: number | undefined;
  for (const { ended, failed } of calls) {
    if (failed !== undefined) since ??= ended;
    if (since !== undefined) burstMs = Math.max(burstMs, ended - since);
    if (failed === undefined) since = undefined;
  }
  const callMs = answered.reduce((longest, { begun, ended }) => Math.max(longest, ended - begun), 0);
  return { calls: calls.length, failed: calls.length - answered.length, burstMs, callMs };
}

/** Joins what was measured at different times. */
export function addPain(one: Pain = none, other: Pain = none): Pain {
  return {
    calls: one.calls + other.calls,
    failed: one.failed + other.failed,
    burstMs: Math.max(one.burstMs, other.burstMs),
    callMs: Math.max(one.callMs, other.callMs),
  };
}

/** Measures the calls that were made while faults of each class were on; a call counts for each that it met. */
export function painByFault(
  records: readonly CallRecord[],
  faults: readonly FaultRecord[],
  sort: CallSort,
): Readonly<Record<string, Pain>> {
  const found: Record<string, Pain> = {};
  for (const { fault, begun, over } of faults) {
    const met = records.filter((call) => call.ended >= begun && call.begun <= over + aftermathMs);
    found[fault] = addPain(found[fault], painOf(met, sort));
  }
  return found;
}
