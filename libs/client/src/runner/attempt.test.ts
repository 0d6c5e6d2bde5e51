import { create } from "@bufbuild/protobuf";
import { LeaseSchema } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { expect, test } from "vitest";
import { attemptKey, createAttempt } from "./attempt.js";

const attempt = () => createAttempt(create(LeaseSchema, { jobId: "a", attempt: 1 }), 0, 30_000);

test("a signal that is asked for after the stop is aborted, with the reason of the first stop", () => {
  const stopped = attempt();
  stopped.stop("CANCEL_REQUESTED");
  stopped.stop("DRAIN");
  expect(stopped.signal.aborted).toBe(true);
  expect(stopped.signal.reason).toMatchObject({ name: "JobStopped", reason: "CANCEL_REQUESTED" });
});

test("a signal that was asked for before is aborted by the stop, and stays the same", () => {
  const running = attempt();
  const { signal } = running;
  expect(signal.aborted).toBe(false);
  running.lose("LEASE_LOST");
  expect(running.signal).toBe(signal);
  expect(signal.reason).toMatchObject({ reason: "LEASE_LOST" });
});

test("whoever works on an attempt hears of its end once, also afterwards", () => {
  const lost = attempt();
  const heard: string[] = [];
  lost.whenOver({ attemptOver: () => heard.push("before") });
  lost.stop("DRAIN");
  expect([lost.over, heard]).toEqual([false, []]);
  lost.lose("LEASE_LOST");
  lost.lose("LEASE_LOST");
  lost.whenOver({ attemptOver: () => heard.push("after") });
  expect([lost.over, lost.stopped, heard]).toEqual([true, "DRAIN", ["before", "after"]]);
});

test("keys of attempts differ, whatever the jobs are called", () => {
  const keys = [
    ["a", 1],
    ["a", 2],
    ["a/2", 1],
    ["a/2", 2],
    ["a/1", 1],
  ].map(([id, n]) => attemptKey(id as string, n as number));
  expect(new Set(keys).size).toBe(5);
});

test("a renewal by the runner's shortest lease moves the time to be named again, not the end", () => {
  const long = attempt();
  long.renew(12_000, 1_000);
  expect([long.expiresAt, Math.round(long.nameBy)]).toEqual([30_000, 12_333]);
  long.renew(11_000, 30_000);
  expect([long.expiresAt, Math.round(long.nameBy)]).toEqual([41_000, 21_000]);
});
