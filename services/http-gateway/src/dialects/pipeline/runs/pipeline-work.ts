import type { Work } from "./job-spec.js";
import { pipelineOperation } from "./run-id.js";

/** What a caller asks of pipeline runs, beside the posting. */
export interface PipelineRunRequest {
  readonly profile_ref?: string | null;
  readonly source?: string | null;
  readonly processing_tier?: string | null;
}

/** Says what the pipeline shall do with a posting. Whether the posting and the tier exist is seen when it runs. */
export function pipelineWork(jobId: string, request: PipelineRunRequest): Work {
  const { profile_ref = null, source = null, processing_tier: tier } = request;
  return {
    kind: pipelineOperation,
    shown: true,
    input: { job_id: jobId, tier: tier ?? "auto", profile_ref, source },
  };
}
