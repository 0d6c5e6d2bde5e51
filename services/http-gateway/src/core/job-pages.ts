import type { MessageInitShape } from "@bufbuild/protobuf";
import { JobView } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import type {
  ListJobsRequest,
  ListJobsRequestSchema,
  ListJobsResponse,
} from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import type { CoreClients } from "./clients.js";

/** Which jobs are listed, and in which order. */
export type JobList = Pick<
  Exclude<MessageInitShape<typeof ListJobsRequestSchema>, ListJobsRequest>,
  "namespace" | "filter" | "orderBy"
>;

/** Which stretch of a list is wanted. */
export interface JobWindow {
  /** Jobs that are passed over. More than the core can count are as many as it can. */
  readonly skip: number;
  readonly limit: number;
}

/**
 * Reads a window of a list of jobs with their payloads. The core bounds its pages by bytes too, so a window may need several. The first page says how many jobs
 * the whole list has.
 */
export async function* jobPages(
  { jobs }: Pick<CoreClients, "jobs">,
  list: JobList,
  { skip, limit }: JobWindow,
): AsyncGenerator<ListJobsResponse, undefined> {
  let missing = limit;
  let pageToken = "";
  do {
    const page = await jobs.listJobs({
      ...list,
      pageSize: missing,
      pageToken,
      skip: Math.min(skip, 0xffff_ffff),
      wantTotal: pageToken === "",
      view: JobView.PAYLOADS,
    });
    const found = page.jobs.slice(0, missing);
    yield { ...page, jobs: found };
    missing -= found.length;
    pageToken = page.nextPageToken;
  } while (pageToken !== "" && missing > 0);
  return undefined;
}
