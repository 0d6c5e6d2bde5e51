import { Outcome_Kind } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { expect, test } from "vitest";
import { outcomeOfError, outcomeOfStop, outcomeOfValue } from "./to-outcome.js";

test("a long message is cut between characters", () => {
  const { message } = outcomeOfError(new Error("🚂".repeat(20_000)));
  expect(Buffer.byteLength(message ?? "")).toBeLessThanOrEqual(64 * 1024);
  expect(message?.replaceAll("🚂", "")).toBe("...");
});

test.each([
  ["CANCEL_REQUESTED", Outcome_Kind.CANCELLED],
  ["TIME_LIMIT", Outcome_Kind.TIMED_OUT],
  ["DRAIN", Outcome_Kind.RELEASED],
] as const)("a stop for %s decides the kind, whatever the handler returned", (reason, kind) => {
  expect(outcomeOfStop(reason, outcomeOfValue({ done: true })).kind).toBe(kind);
});

test("what is thrown need not be an error", () => {
  expect(outcomeOfError("words")).toMatchObject({ kind: Outcome_Kind.FAILED, message: "words", retryable: false });
  expect(outcomeOfError(undefined).kind).toBe(Outcome_Kind.FAILED);
});
