import { type LayerStatus, pipelineLayers } from "@switchyard/pipeline-model";
import type { Attempt } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { naiveTimeOrNull } from "../time-text.js";

/** The words for a layer of a pipeline run. */
type ShownStatus = "pending" | "executing" | "success" | "failed" | "skipped";

/** One layer of a pipeline run. */
export interface PipelineLayerView {
  readonly layer: string;
  readonly status: ShownStatus;
  readonly started_at: string | null;
  readonly completed_at: string | null;
  readonly duration_ms: null;
  readonly error: string | null;
}

const shownStatuses = new Map<string, ShownStatus>(
  Object.entries({
    pending: "pending",
    processing: "executing",
    running: "executing",
    retrying: "executing",
    success: "success",
    completed: "success",
    warning: "success",
    failed: "failed",
    error: "failed",
    skipped: "skipped",
  } satisfies Record<LayerStatus, ShownStatus>),
);

/**
 * Says how far a pipeline run has come, from the steps of its last attempt. A step has one time, that of its last change: of
 * a layer that is being worked on its start, of one that is done its end.
 */
export function pipelineProgressOf(
  state: JobState,
  attempt: Attempt | undefined,
): {
  readonly progress_percent: number;
  readonly layers: readonly PipelineLayerView[];
  readonly current_layer: string | null;
} {
  const steps = new Map(attempt?.progress?.steps.map((step) => [step.name, step]));
  const layers = pipelineLayers.map((layer): PipelineLayerView => {
    const step = steps.get(layer);
    const status = shownStatuses.get(step?.status ?? "") ?? "pending";
    const time = naiveTimeOrNull(step?.time);
    return {
      layer,
      status,
      started_at: status === "executing" ? time : null,
      completed_at: isDone(status) || status === "failed" ? time : null,
      duration_ms: null,
      error: status === "failed" ? (step?.message ?? null) : null,
    };
  });
  const done = layers.filter(({ status }) => isDone(status)).length;
  const isComplete = state === JobState.SUCCEEDED;
  return {
    progress_percent: isComplete ? 100 : Math.floor((done / layers.length) * 100),
    layers,
    current_layer: layers.find(({ status }) => status === "executing")?.layer ?? null,
  };
}

function isDone(status: ShownStatus): boolean {
  return status === "success" || status === "skipped";
}
