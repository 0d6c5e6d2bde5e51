import type { WatchJobsRequest, WatchJobsResponse } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import type { Resumption } from "./route-by-namespace.js";

/** A watch goes on behind the last number that it has told; one that was told none yet, and asked for none, has to be begun anew by whoever began it. */
export const resumeWatch: Resumption = {
  resume: (request, answer) => {
    const { sequence } = answer as WatchJobsResponse;
    return { ...request, afterSequence: sequence, includeSnapshot: false } as WatchJobsRequest;
  },
  canResume: (request) => (request as WatchJobsRequest).afterSequence !== undefined,
};
