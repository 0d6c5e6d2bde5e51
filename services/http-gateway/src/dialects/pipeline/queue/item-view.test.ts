import { create } from "@bufbuild/protobuf";
import { TimestampSchema } from "@bufbuild/protobuf/wkt";
import { JobSchema, JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { describe, expect, it } from "vitest";
import { itemView, unknownPosting } from "./item-view.js";

const at = (seconds: number) => create(TimestampSchema, { seconds: BigInt(1_768_421_516 + seconds) });
const base = {
  id: "7b0c5a0e-8f0e-4c54-9a9a-0123456789ab",
  shortId: "0123456789ab",
  spec: { kind: "analyze-job", subject: "65f0c0ffee0123456789abcd", labels: { tier: "balanced" } },
  createTime: at(0),
};

describe("an item of the queue", () => {
  it("has thirteen members", () => {
    const job = create(JobSchema, { ...base, state: JobState.QUEUED });
    expect(itemView(job, { title: "Staff Engineer", company: "Acme" }, 1)).toEqual({
      ...{
        queue_id: "q_0123456789ab",
        job_id: "65f0c0ffee0123456789abcd",
        job_title: "Staff Engineer",
        company: "Acme",
      },
      ...{ status: "pending", operation: "analyze-job", processing_tier: "balanced" },
      ...{ created_at: "2026-01-14T20:11:56.000000", started_at: null, completed_at: null, error: null },
      ...{ run_id: "op_analyze-job_0123456789ab", position: 1 },
    });
  });

  it("says when it ran and how it ended", () => {
    const lastAttempt = { number: 1, claimTime: at(1), startTime: at(2), outcome: { message: "no key" } };
    const job = create(JobSchema, { ...base, state: JobState.FAILED, lastAttempt, endTime: at(3) });
    expect(itemView(job, unknownPosting, 0)).toMatchObject({
      ...{ status: "failed", error: "no key", position: 0, job_title: "Unknown" },
      ...{ started_at: "2026-01-14T20:11:58.000000", completed_at: "2026-01-14T20:11:59.000000" },
    });
  });

  it("shows nothing of a run before the last retry", () => {
    const lastAttempt = { number: 1, reopen: 0, startTime: at(2), outcome: { message: "no key" } };
    const again = { ...base, shortId: "ba9876543210", reopenCount: 1, lastAttempt };
    expect(itemView(create(JobSchema, { ...again, state: JobState.QUEUED }), unknownPosting, 1)).toMatchObject({
      ...{ status: "pending", started_at: null, error: null, queue_id: "q_0123456789ab" },
      run_id: "op_analyze-job_ba9876543210",
    });
  });

  it("shows a posting's id as it was sent, though it is none", () => {
    const spec = { kind: "extract", subject: "sha256:00", labels: { job_id: "x y" } };
    expect(itemView(create(JobSchema, { ...base, spec }), unknownPosting, 0)).toMatchObject({
      ...{ job_id: "x y", processing_tier: "auto" },
    });
  });
});
