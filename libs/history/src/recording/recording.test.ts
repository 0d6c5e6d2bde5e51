import { create } from "@bufbuild/protobuf";
import { durationFromMs, timestampFromMs } from "@bufbuild/protobuf/wkt";
import { SwitchyardError } from "@switchyard/errors";
import { ErrorReason } from "@switchyard/proto/switchyard/common/v1/errors_pb";
import {
  AttemptState,
  LeaseSchema,
  Outcome_Kind,
  Revocation_Reason,
  RevocationSchema,
} from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { JobEventSchema, JobEventType } from "@switchyard/proto/switchyard/scheduler/v1/event_pb";
import { EndReason, JobSchema, JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import {
  CancelMode,
  JobResultSchema,
  SubmittedJob_Disposition,
  SubmittedJobSchema,
  WatchJobsResponseSchema,
} from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import {
  ExecutionTimeoutAction,
  LostLeaseAction,
  ReuseState,
} from "@switchyard/proto/switchyard/scheduler/v1/policy_pb";
import { LimitSchema } from "@switchyard/proto/switchyard/scheduler/v1/queue_service_pb";
import { describe, expect, it } from "vitest";
import {
  cancelRequestOf,
  failureOf,
  finalJobOf,
  finalLimitsOf,
  grantedOf,
  limitsRequestOf,
  outcomeOf,
  Recorder,
  resultsOf,
  retryRequestOf,
  specOf,
  stopOf,
  submitRequestOf,
  submittedOf,
  watchedOf,
  writtenOf,
} from "../index.js";

describe("what a watcher is told", () => {
  it("becomes events, overruns and how far it has seen; live news are left out", () => {
    const ended = create(JobEventSchema, {
      ...{
        sequence: 7n,
        time: timestampFromMs(1_500),
        type: JobEventType.ENDED,
        jobId: "a",
        attempt: 2,
        runnerId: "r",
      },
      ...{ previousState: JobState.RUNNING, state: JobState.FAILED, endReason: EndReason.LEASE_LOST, message: "gone" },
      queue: "q",
    });
    const response = create(WatchJobsResponseSchema, {
      events: [
        create(JobEventSchema, { sequence: 5n, type: JobEventType.OVERRUN }),
        create(JobEventSchema, { type: JobEventType.PROGRESS, jobId: "a", state: JobState.RUNNING }),
        create(JobEventSchema, { sequence: 6n, type: JobEventType.RUNNER_ONLINE, runnerId: "r" }),
        ended,
      ],
      sequence: 9n,
    });
    const who = { watcher: "w", namespace: "ns" };
    expect(watchedOf(3, who, response)).toEqual([
      { type: "overrun", at: 3, ...who, upTo: 5 },
      {
        ...{ type: "event", at: 3, ...who },
        event: {
          ...{
            sequence: 7,
            time: 1_500,
            type: "ENDED",
            job: "a",
            previousState: "RUNNING",
            state: "FAILED",
            attempt: 2,
          },
          ...{ runner: "r", reason: "LEASE_LOST", message: "gone", queue: "q" },
        },
      },
      { type: "seen", at: 3, ...who, upTo: 9 },
    ]);
  });
});

describe("requests", () => {
  it("keep of a spec what rules need", () => {
    const spec = specOf({
      ...{ kind: "k", subject: "s", concurrencyKeys: ["c"], rateKeys: ["t"], startTime: timestampFromMs(4_000) },
      dependencies: [{ parent: { case: "item", value: 2 }, satisfiedBy: [JobState.FAILED], onUnsatisfied: 2 }],
      reuse: { key: "u", states: [ReuseState.ACTIVE, ReuseState.SUCCEEDED] },
      policies: {
        maxAttempts: 0,
        budget: { maxFailures: 2, ignoreLostBeforeStart: true },
        lost: { afterStart: LostLeaseAction.FAIL },
        executionTimeout: durationFromMs(1_500),
        onExecutionTimeout: ExecutionTimeoutAction.LOSE,
      },
    });
    expect(spec).toEqual({
      ...{ kind: "k", queue: "default", tag: "s", concurrencyKeys: ["c"], rateKeys: ["t"], startTime: 4_000 },
      parents: [{ job: 2, satisfiedBy: ["FAILED"], otherwise: "FAILED" }],
      ...{ reuseKey: "u", reuseStates: ["ACTIVE", "SUCCEEDED"] },
      ...{ maxAttempts: 0, maxFailures: 2, ignoreLostBeforeStart: true, failWhenLostAfterStart: true },
      ...{ executionTimeoutMs: 1_500, onExecutionTimeout: "LOSE" },
    });
  });

  it("are named by their operation", () => {
    const namespace = "ns";
    expect(submitRequestOf({ namespace, requestId: "1", items: [{ spec: { kind: "k" } }] })).toEqual({
      ...{ op: "submit", namespace, requestId: "1", items: [{ kind: "k", queue: "default" }] },
    });
    expect(cancelRequestOf({ namespace, jobIds: ["a"], mode: CancelMode.IMMEDIATE, asState: JobState.FAILED })).toEqual(
      {
        ...{ op: "cancel", namespace, jobs: ["a"], mode: "immediate", as: "FAILED" },
      },
    );
    expect(retryRequestOf({ namespace, jobIds: ["a"], requestId: "2" })).toEqual({
      ...{ op: "retry", namespace, jobs: ["a"], requestId: "2" },
    });
    expect(
      limitsRequestOf({
        namespace,
        limits: [
          { key: "k", seats: 0 },
          { key: "t", ratePerSecond: 2, burst: 3 },
        ],
      }),
    ).toEqual({
      ...{ op: "limits", namespace },
      limits: [
        { key: "k", seats: 0 },
        { key: "t", ratePerSecond: 2, burst: 3 },
      ],
    });
  });
});

describe("answers and errors", () => {
  it("say what became of each job", () => {
    const submitted = create(SubmittedJobSchema, { jobId: "a", disposition: SubmittedJob_Disposition.REPLAYED });
    expect(submittedOf([submitted])).toEqual([{ job: "a", disposition: "REPLAYED", state: "" }]);
    const result = create(JobResultSchema, {
      jobId: "a",
      reason: ErrorReason.WRONG_STATE,
      previousState: JobState.FAILED,
    });
    expect(resultsOf([result])).toEqual([{ job: "a", refused: "WRONG_STATE", previousState: "FAILED" }]);
  });

  it("leave open what may have been done", () => {
    expect(failureOf(new SwitchyardError("SHARD_LOST", ""))).toEqual({ done: "unknown", reason: "SHARD_LOST" });
    expect(failureOf(new SwitchyardError("INTERNAL", "")).done).toBe("unknown");
    expect(failureOf(new Error("socket")).done).toBe("unknown");
    expect(failureOf(new SwitchyardError("INVALID_ARGUMENT", ""))).toEqual({ done: "no", reason: "INVALID_ARGUMENT" });
  });
});

describe("runners", () => {
  it("get leases and stops, and send what is taken or refused", () => {
    const lease = { namespace: "ns", runnerId: "r", jobId: "a", attempt: 2, timeToLive: durationFromMs(3_000) };
    expect(grantedOf(1, create(LeaseSchema, lease), 4)).toEqual({
      ...{ type: "granted", at: 1, namespace: "ns", runner: "r", job: "a", attempt: 2, leaseMs: 3_000, call: 4 },
    });
    const stop = create(RevocationSchema, { jobId: "a", attempt: 2, reason: Revocation_Reason.LEASE_LOST });
    expect(stopOf(1, "r", stop)).toEqual({
      type: "stop",
      at: 1,
      runner: "r",
      job: "a",
      attempt: 2,
      reason: "LEASE_LOST",
    });
    expect(outcomeOf({ kind: Outcome_Kind.FAILED })).toEqual({ sort: "outcome", kind: "FAILED", retryable: false });
    expect(writtenOf({ reason: ErrorReason.LEASE_LOST })).toEqual({ result: "refused", reason: "LEASE_LOST" });
    expect(writtenOf({ reason: ErrorReason.UNSPECIFIED, repeatedReport: true }).result).toBe("repeated");
    expect(writtenOf({ reason: ErrorReason.UNSPECIFIED }).result).toBe("taken");
  });
});

describe("the end", () => {
  it("is read from jobs and limits", () => {
    const job = create(JobSchema, {
      ...{ id: "a", namespace: "ns", state: JobState.RUNNING, spec: { kind: "k", subject: "s" } },
      attempts: [{ number: 1, runnerId: "r", state: AttemptState.STARTED }],
    });
    const attempts = [{ number: 1, runner: "r", state: "STARTED" }];
    expect(finalJobOf(job)).toEqual({
      namespace: "ns",
      job: "a",
      state: "RUNNING",
      tag: "s",
      attempts,
      queue: "default",
      kind: "k",
    });
    expect(finalLimitsOf("ns", [create(LimitSchema, { key: "k", seats: 2, seatsUsed: 1 })])).toEqual([
      { namespace: "ns", key: "k", held: 1, seats: 2 },
    ]);
  });
});

describe("Recorder", () => {
  it("notes in its order, with its clock", () => {
    let now = 10;
    const recorder = new Recorder(() => now++);
    const call = recorder.call("c", { op: "pause", namespace: "ns", queue: "q" });
    const write = recorder.write({ runner: "r", job: "a", attempt: 1, what: { sort: "start" } });
    call.failed({ done: "unknown", reason: "SHARD_LOST" });
    write.written({ result: "taken", reason: "" });
    recorder.note({ type: "mark", text: "crash" });
    expect(recorder.observations.map(({ at, type }) => `${at} ${type}`)).toEqual([
      ...["10 call", "11 write", "12 failure", "13 written", "14 mark"],
    ]);
    expect(call.call).not.toBe(write.write);
  });
});
