import { create } from "@bufbuild/protobuf";
import { AttemptState } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { JobSchema, JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { describe, expect, it } from "vitest";
import { claimRefusal, claimRelation } from "./claim-relation.js";

/** A job with the given attempts, as runner and state. */
const jobWith = (state: JobState, ...attempts: (readonly [string, AttemptState])[]) =>
  create(JobSchema, {
    state,
    attempts: attempts.map(([runnerId, end], index) => ({
      ...{ id: `claim-${index + 1}`, number: index + 1, runnerId, state: end },
    })),
  });
const { CLAIMED, STARTED, SUCCEEDED, FAILED, LOST, RELEASED, CANCELLED, TIMED_OUT } = AttemptState;

describe("claimRelation", () => {
  it.each([
    ["holds", "claimed", jobWith(JobState.RUNNING, ["me", CLAIMED])],
    ["holds", "started", jobWith(JobState.RUNNING, ["other", LOST], ["me", STARTED])],
    ["never", "nobody had it", jobWith(JobState.QUEUED)],
    ["never", "somebody else has it", jobWith(JobState.RUNNING, ["other", STARTED])],
    ["stale", "lost and waiting", jobWith(JobState.QUEUED, ["me", LOST])],
    ["stale", "lost and with somebody else", jobWith(JobState.RUNNING, ["me", LOST], ["other", CLAIMED])],
    ["stale", "lost, and the job ended by it", jobWith(JobState.FAILED, ["me", LOST])],
    ["stale", "given back", jobWith(JobState.QUEUED, ["me", RELEASED])],
    ["stale", "failed, to be tried again", jobWith(JobState.QUEUED, ["me", FAILED])],
    ["stale", "lost, cancelled while it waited", jobWith(JobState.CANCELLED, ["me", LOST])],
    ["stale", "failed, cancelled while it waited", jobWith(JobState.CANCELLED, ["me", FAILED])],
    ["stale", "done, and opened again", jobWith(JobState.QUEUED, ["me", SUCCEEDED])],
    ["stale", "somebody else finished it", jobWith(JobState.SUCCEEDED, ["me", LOST], ["other", SUCCEEDED])],
    ["cancelled", "cancelled in its hands", jobWith(JobState.CANCELLED, ["me", CANCELLED])],
    ["finished", "done", jobWith(JobState.SUCCEEDED, ["me", SUCCEEDED])],
    ["finished", "failed for good", jobWith(JobState.FAILED, ["other", LOST], ["me", FAILED])],
    ["finished", "given up for its time", jobWith(JobState.TIMED_OUT, ["me", TIMED_OUT])],
  ] as const)("is %s: %s", (relation, _, job) => {
    expect(claimRelation(job, "me", undefined)).toBe(relation);
  });

  it("takes a claim for stale that is not the job's last one", () => {
    const job = jobWith(JobState.RUNNING, ["me", LOST], ["me", STARTED]);
    expect(claimRelation(job, "me", "claim-2")).toBe("holds");
    expect(claimRelation(job, "me", "claim-1")).toBe("stale");
    expect(claimRelation(job, "me", "no claim")).toBe("stale");
    expect(claimRelation(job, "other", "claim-2")).toBe("never");
  });
});

describe("claimRefusal", () => {
  it.each([
    ["never", 403, "not_claim_holder"],
    ["stale", 409, "stale_claim"],
    ["cancelled", 409, "job_cancelled"],
    ["finished", 409, "invalid_state"],
    // Lost and claimed again by the same runner between the refusal and the look at the job.
    ["holds", 409, "stale_claim"],
  ] as const)("answers %s with %i %s", (relation, status, word) => {
    expect(claimRefusal(relation, "j")).toMatchObject({ status, word });
  });
});
