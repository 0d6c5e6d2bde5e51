import { create } from "@bufbuild/protobuf";
import { durationMs } from "@bufbuild/protobuf/wkt";
import { RunnerMode } from "@switchyard/proto/switchyard/runner/v1/runner_service_pb";
import { LeaseSchema } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { expect, test } from "vitest";
import { createAttempt } from "../attempt.js";
import { planSync, type RunnerPicture } from "./plan-sync.js";
import type { SyncPlan } from "./sync-channel.js";

const attempt = (jobId: string, sentAt: number, leaseMs = 30_000) =>
  createAttempt(create(LeaseSchema, { jobId, attempt: 1 }), sentAt, leaseMs);

const picture = (change: Partial<RunnerPicture> = {}): RunnerPicture => ({
  namespace: "n",
  runnerId: "r",
  sessionId: "s",
  slots: 1,
  attempts: new Set(),
  accepting: true,
  maxHoldMs: 20_000,
  now: 0,
  ...change,
});

const said = (plan: SyncPlan | undefined) =>
  plan && {
    free: plan.request.freeSlots,
    named: plan.named.map(({ jobId }) => jobId).join(""),
    complete: plan.request.complete ?? false,
    holdMs: plan.holdMs,
  };

test("one slot has one channel for both", () => {
  expect(said(planSync(picture(), 0, true))).toEqual({ free: 1, named: "", complete: true, holdMs: 20_000 });
  expect(said(planSync(picture(), 0, false))).toEqual({ free: 1, named: "", complete: false, holdMs: 20_000 });
  const busy = picture({ attempts: new Set([attempt("a", 0)]) });
  expect(said(planSync(busy, 0, false))).toEqual({ free: 0, named: "", complete: false, holdMs: 10_000 });
});

test("an attempt is named after a third of its lease, by a call that is not held", () => {
  const busy = picture({ attempts: new Set([attempt("a", 0)]), now: 10_000 });
  expect(said(planSync(busy, 0, false))).toEqual({ free: 0, named: "a", complete: true, holdMs: 0 });
});

test("the first call after a break names all, at any time", () => {
  const busy = picture({ slots: 4, attempts: new Set([attempt("a", 0), attempt("b", 0)]), now: 1_000 });
  expect(said(planSync(busy, 0, true))).toMatchObject({ named: "ab", complete: true });
  expect(said(planSync(busy, 1, true))).toMatchObject({ named: "ab", complete: true, free: 2 });
});

test("with more slots, one channel asks and the other keeps; each is silent when it has nothing to say", () => {
  const idle = picture({ slots: 2 });
  expect(planSync(idle, 0, false)).toBeUndefined();
  expect(said(planSync(idle, 1, false))).toMatchObject({ free: 2 });
  const full = picture({ slots: 2, attempts: new Set([attempt("a", 0), attempt("b", 0)]) });
  expect(said(planSync(full, 0, false))).toMatchObject({ free: 0, holdMs: 10_000 });
  expect(planSync(full, 1, false)).toBeUndefined();
});

test("a lease that may be over by now is confirmed at once", () => {
  const late = picture({ attempts: new Set([attempt("a", 0, 5_000)]), now: 20_000 });
  expect(said(planSync(late, 0, false))).toEqual({ free: 0, named: "a", complete: true, holdMs: 0 });
});

test("what is over is not named and still takes its slot", () => {
  const gone = attempt("a", 0);
  gone.lose("LEASE_LOST");
  expect(said(planSync(picture({ attempts: new Set([gone]) }), 0, true))).toMatchObject({ named: "", free: 0 });
});

test("a runner that takes nothing says so", () => {
  const plan = planSync(picture({ accepting: false }), 0, false);
  expect(plan?.request).toMatchObject({ freeSlots: 0, mode: RunnerMode.PAUSED });
  expect(plan?.request.hold && durationMs(plan.request.hold as never)).toBe(20_000);
});
