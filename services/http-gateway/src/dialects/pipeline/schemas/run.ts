import { pipelineLayers } from "@switchyard/pipeline-model";
import { operationStatuses, pipelineStatuses } from "../vocabulary.js";
import {
  answer,
  anyObject,
  body,
  count,
  listOf,
  naiveTimestamp,
  naiveTimestampOrNull,
  nullable,
  text,
} from "./common.js";

const processingTier = { ...nullable("string"), description: "auto, A, B, C or D. Default auto." };
const source = nullable("string");

/** What is asked of a pipeline run. */
export const pipelineRunBody = body(
  { job_id: text, profile_ref: nullable("string"), source, processing_tier: processingTier },
  ["job_id"],
);

/** The same for many postings. */
export const pipelineRunsBody = body(
  {
    job_ids: { ...listOf(text), minItems: 1 },
    profile_ref: nullable("string"),
    source,
    processing_tier: processingTier,
  },
  ["job_ids"],
);

/** A pipeline run that has been accepted. */
export const acceptedPipelineRun = answer({ run_id: text, status_url: text, log_stream_url: text });

/** Pipeline runs that have been accepted, in the order of the request. */
export const acceptedPipelineRuns = answer({ runs: listOf(acceptedPipelineRun) });

/** Where a pipeline run stands. */
export const pipelineRunStatus = answer({
  run_id: text,
  job_id: text,
  status: { enum: [...pipelineStatuses] },
  started_at: naiveTimestamp,
  updated_at: naiveTimestamp,
  artifacts: { type: "object", additionalProperties: text },
});

/** How far the layers of a pipeline run have come. */
export const pipelineProgress = answer({
  run_id: text,
  job_id: text,
  overall_status: { enum: [...pipelineStatuses] },
  progress_percent: { type: "integer", minimum: 0, maximum: 100 },
  layers: listOf(
    answer({
      layer: { enum: [...pipelineLayers] },
      status: { enum: ["pending", "executing", "success", "failed", "skipped"] },
      started_at: naiveTimestampOrNull,
      completed_at: naiveTimestampOrNull,
      duration_ms: nullable("integer"),
      error: nullable("string"),
    }),
  ),
  current_layer: nullable("string"),
  started_at: naiveTimestamp,
  updated_at: naiveTimestamp,
});

/** What a cancel did. */
export const cancelAnswer = {
  type: "object",
  properties: { success: { type: "boolean" }, message: text, error: text },
  required: ["success"],
};

/** An extraction that went well. */
export const extractAnswer = answer({
  success: { type: "boolean" },
  job_id: text,
  extracted_jd: anyObject,
  metadata: answer({ model: nullable("string"), extracted_at: nullable("string"), duration_ms: { type: "number" } }),
});

/** The outcome of an operation, whether it went well or not. */
export const operationAnswer = answer({
  success: { type: "boolean" },
  data: anyObject,
  cost_usd: { type: "number" },
  run_id: text,
  error: nullable("string"),
  model_used: nullable("string"),
  duration_ms: { type: "number" },
});

/** An operation that has been accepted. */
export const startAnswer = answer({ run_id: text, log_stream_url: text, status: { const: "queued" } });

/** Operations that have been accepted, in the order of the request. */
export const batchAnswer = answer({
  runs: listOf(answer({ run_id: text, job_id: text, log_stream_url: text, status: { const: "queued" } })),
  total_count: count,
});

/** Where the run of an operation stands, with its lines. */
export const operationRunStatus = answer({
  run_id: text,
  status: { enum: [...operationStatuses] },
  layer_status: anyObject,
  result: { type: ["object", "null"], additionalProperties: true },
  error: nullable("string"),
  logs: listOf(text),
  langsmith_url: { type: "null" },
  job_id: text,
  started_at: naiveTimestamp,
  operation: text,
});

/** The place of a page of lines. */
export const logQuery = {
  type: "object",
  properties: {
    since: { type: "integer", minimum: 0, default: 0 },
    limit: { type: "integer", minimum: 1, maximum: 500, default: 100 },
  },
};

/** A page of lines. */
export const logPage = answer({
  logs: listOf({
    type: "object",
    properties: { index: count, source: text, message: text },
    required: ["index", "source", "message"],
    additionalProperties: true,
  }),
  next_index: count,
  total_count: count,
  expected_log_count: nullable("integer"),
  status: { enum: [...operationStatuses] },
  layer_status: anyObject,
  error: nullable("string"),
  langsmith_url: { type: "null" },
});

/** Where a run stands. */
export const logStatus = answer({
  status: { enum: [...operationStatuses] },
  layer_status: anyObject,
  error: nullable("string"),
  langsmith_url: { type: "null" },
});

/** What operations are expected to cost. */
export const costEstimate = answer({
  estimates: listOf(answer({ operation: text, cost_usd: { type: "number" }, model: text, tier: text })),
  total_cost_usd: { type: "number" },
});
