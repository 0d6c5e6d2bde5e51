import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import type { CoreClients } from "../../core/clients.js";
import type { JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { AggregateBy, type JobAggregate } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";

/** Which jobs a sum covers. */
export interface AggregateFilter {
  readonly states?: JobState[];
  readonly runnerId?: string;
  /** Only what ended at this time or later, in milliseconds since 1970. */
  readonly endedAfterMs?: number;
}

/** Reads sums by one property, page after page. */
async function* aggregateBy(
  { jobs }: CoreClients,
  namespace: string,
  property: AggregateBy,
  { states = [], runnerId = "", endedAfterMs }: AggregateFilter = {},
): AsyncGenerator<JobAggregate> {
  const endedAfter = endedAfterMs === undefined ? {} : { endedAfter: timestampFromMs(endedAfterMs) };
  let pageToken = "";
  do {
    const request = { namespace, groupBy: [property], states, runnerId, pageToken, pageSize: 10_000, ...endedAfter };
    const page = await jobs.aggregateJobs(request);
    yield* page.groups;
    pageToken = page.nextPageToken;
  } while (pageToken !== "");
}

/** The numbers of jobs by one property. A map, since callers choose the names. */
export async function countBy(
  core: CoreClients,
  namespace: string,
  property: AggregateBy,
): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for await (const { key, count } of aggregateBy(core, namespace, property)) {
    const name = key[0] ?? "";
    if (name !== "") counts.set(name, (counts.get(name) ?? 0) + Number(count));
  }
  return counts;
}

/** Mean times in seconds; null where no job is covered. */
export interface MeanTimes {
  readonly execution: number | null;
  readonly wait: number | null;
}

/** Means over the jobs of a filter. */
export async function meanTimes(core: CoreClients, namespace: string, filter: AggregateFilter): Promise<MeanTimes> {
  let [jobs, execution, wait] = [0, 0, 0];
  for await (const group of aggregateBy(core, namespace, AggregateBy.QUEUE, filter)) {
    jobs += Number(group.timedCount);
    execution += group.durationSeconds;
    wait += group.waitSeconds;
  }
  return jobs === 0 ? { execution: null, wait: null } : { execution: execution / jobs, wait: wait / jobs };
}
