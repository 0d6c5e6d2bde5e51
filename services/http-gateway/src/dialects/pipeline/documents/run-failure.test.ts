import { create } from "@bufbuild/protobuf";
import { JobSchema } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { expect, it } from "vitest";
import { PipelineError } from "../errors.js";
import { refuseFailure } from "./run-failure.js";

const refusal = (code: string | undefined, labels: Record<string, string> = {}): unknown => {
  const job = create(JobSchema, { lastAttempt: { outcome: { labels } } });
  try {
    refuseFailure({ job, failure: { message: "in the worker's words", code } });
  } catch (error) {
    return error;
  }
  return undefined;
};

it.each([
  ["invalid_id", 400],
  ["no_content", 400],
  ["not_found", 404],
  ["rate_limited", 429],
  ["blocked", 503],
  ["not_configured", 503],
  ["timeout", 504],
  ["scrape_failed", 500],
  ["unexpected", 500],
  [undefined, 500],
])("gives the code %s the status %i", (code, status) => {
  const error = refusal(code);
  expect(error).toBeInstanceOf(PipelineError);
  expect(error).toMatchObject({ status, detail: "in the worker's words" });
});

it("passes the status of a service behind the worker on", () => {
  expect(refusal("upstream", { status: "502" })).toMatchObject({ status: 502 });
  expect(refusal("upstream", { status: "200" })).toMatchObject({ status: 500 });
  expect(refusal("timeout", { status: "502" })).toMatchObject({ status: 504 });
});

it("passes a run that went well", () => {
  expect(() => refuseFailure({ job: create(JobSchema), failure: undefined })).not.toThrow();
});
