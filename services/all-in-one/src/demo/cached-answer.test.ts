import { describe, expect, it } from "vitest";
import { type SecondSubmission, whyNotCached } from "./cached-answer.js";

const result = { output_data: { primes: 4 }, console_output: "done\n" };
const body = { job_id: "a", status: "completed", result };
const cached: SecondSubmission = { jobId: "a", result, answer: { status: 200, body }, waiting: 0, jobs: 1 };

describe("a second submission", () => {
  it("counts as cached when the first one's result came back and nothing was queued", () => {
    const copy = structuredClone(cached.answer);
    expect(whyNotCached({ ...cached, answer: copy })).toBeUndefined();
  });

  it.each([
    ["a new job", { answer: { status: 201, body: { job_id: "b", status: "pending" } } }, "the status is 201"],
    ["a job that goes on", { answer: { status: 200, body: { ...body, status: "in_progress" } } }, "in_progress"],
    ["another job", { answer: { status: 200, body: { ...body, job_id: "b" } } }, "the job is b instead of a"],
    ["another result", { answer: { status: 200, body: { ...body, result: { ...result, output_data: 1 } } } }, "result"],
    ["no result", { answer: { status: 200, body: { job_id: "a", status: "completed" } } }, "result"],
    ["a job that waits", { waiting: 1 }, "of 1 jobs 1 wait"],
    ["a second job", { jobs: 2 }, "of 2 jobs 0 wait"],
  ] as const)("does not count with %s", (_, seen, reason) => {
    expect(whyNotCached({ ...cached, ...seen })).toContain(reason);
  });
});
