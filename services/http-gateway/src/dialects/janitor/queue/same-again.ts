import type { Job, JobSpec } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import type { Core } from "../core-access.js";
import { bucketOf } from "./buckets.js";
import { readItemInput } from "./item-input.js";
import { jobSpecOf } from "./job-spec.js";

/** An item as it was queued, to be queued anew at the same place of the order. @param host which may be another one now */
export function sameAgain(
  { config }: Pick<Core, "config">,
  { spec }: Pick<Job, "spec">,
  host: string | undefined,
): JobSpec {
  const rankBy = spec?.order?.rankBy;
  const request = {
    ...readItemInput(spec?.input),
    codebase: spec?.subject ?? "",
    campaign: spec?.kind ?? "",
    bucket: bucketOf(spec?.order?.rankClass ?? 0),
    estimatedDuration: spec?.order?.weight ?? 0,
    host,
  };
  const priority = rankBy?.case === "rank" ? rankBy.value : 0;
  return jobSpecOf(request, { priority }, config.silentRunTimeoutMs);
}
