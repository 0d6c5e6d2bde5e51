import { create } from "@bufbuild/protobuf";
import { TimestampSchema } from "@bufbuild/protobuf/wkt";
import { pipelineLayers } from "@switchyard/pipeline-model";
import { AttemptSchema } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { describe, expect, it } from "vitest";
import { pipelineProgressOf } from "./pipeline-progress.js";

const time = create(TimestampSchema, { seconds: 1_768_421_516n });
const shown = "2026-01-14T20:11:56.000000";

function attempt(statuses: Readonly<Record<string, string>>) {
  const steps = Object.entries(statuses).map(([name, status]) => ({ name, status, message: `${name} said`, time }));
  return create(AttemptSchema, { progress: { steps } });
}

describe("progress of a pipeline run", () => {
  it("is nothing before it is begun", () => {
    const { layers, ...rest } = pipelineProgressOf(JobState.QUEUED, undefined);
    expect(rest).toEqual({ progress_percent: 0, current_layer: null });
    expect(layers.map(({ layer }) => layer)).toEqual(pipelineLayers);
    expect(new Set(layers.map(({ status }) => status))).toEqual(new Set(["pending"]));
  });

  it("counts the layers that are done, the ones that were skipped too", () => {
    const steps = { intake: "success", pain_points: "warning", company_research: "skipped", role_research: "running" };
    const { layers, ...rest } = pipelineProgressOf(JobState.RUNNING, attempt(steps));
    expect(rest).toEqual({ progress_percent: 37, current_layer: "role_research" });
    expect(layers.slice(0, 5).map(({ status }) => status)).toEqual([
      ...["success", "success", "skipped", "executing", "pending"],
    ]);
    expect(layers[0]).toMatchObject({ started_at: null, completed_at: shown, error: null });
    expect(layers[3]).toMatchObject({ started_at: shown, completed_at: null });
  });

  it("says what is wrong with a layer, and passes over words of other operations", () => {
    const { layers } = pipelineProgressOf(JobState.FAILED, attempt({ intake: "error", fetch_job: "success" }));
    expect(layers[0]).toMatchObject({ status: "failed", completed_at: shown, error: "intake said" });
    expect(layers).toHaveLength(8);
    expect(pipelineProgressOf(JobState.FAILED, attempt({ intake: "constructor" })).layers[0]?.status).toBe("pending");
  });

  it("is a hundred when the run is complete, whatever the layers say", () => {
    expect(pipelineProgressOf(JobState.SUCCEEDED, attempt({ intake: "success" })).progress_percent).toBe(100);
  });
});
