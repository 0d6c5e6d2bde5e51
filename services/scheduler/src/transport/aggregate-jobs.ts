import { create } from "@bufbuild/protobuf";
import { timestampMs } from "@bufbuild/protobuf/wkt";
import {
  AggregateBy,
  type AggregateJobsRequest,
  type AggregateJobsResponse,
  AggregateJobsResponseSchema,
} from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import type { Directory } from "../domain/directory.js";
import { aggregateJobs as aggregate, type GroupBy } from "../store/aggregate-jobs.js";
import { decodePageToken, encodePageToken, invalid, notServed, pageSizeField } from "./fields.js";
import { stateFromProto } from "./states.js";

const groups: Partial<Record<AggregateBy, GroupBy>> = {
  [AggregateBy.QUEUE]: "queue",
  [AggregateBy.KIND]: "kind",
  [AggregateBy.SUBJECT]: "subject",
  [AggregateBy.RUNNER]: "runner",
  [AggregateBy.STATE]: "state",
  [AggregateBy.HOUR]: "hour",
};

/** Counts and sums jobs by group. The three waiting states count as `QUEUED`. */
export async function aggregateJobs(
  directory: Directory,
  request: AggregateJobsRequest,
): Promise<AggregateJobsResponse> {
  if (request.groupBy.length > 4) throw invalid("group_by", "at most 4 properties");
  const by = request.groupBy.map((property) => {
    const group = groups[property];
    if (!group) throw notServed(`group_by ${AggregateBy[property] ?? property}`);
    return group;
  });
  const pageSize = pageSizeField(request.pageSize, 1_000, 10_000);
  const filter = {
    ...(request.queue !== "" && { queue: request.queue }),
    ...(request.kind !== "" && { kind: request.kind }),
    ...(request.subject !== "" && { subject: request.subject }),
    ...(request.runnerId !== "" && { runner: request.runnerId }),
    ...(request.states.length > 0 && { states: request.states.map(stateFromProto) }),
    ...(request.endedAfter && { endedFromMs: timestampMs(request.endedAfter) }),
  };
  const query = JSON.stringify([request.namespace, by, filter]);
  const offset = decodePageToken(query, request.pageToken) ?? 0;
  const place = await directory.find(request.namespace);
  if (!place) return create(AggregateJobsResponseSchema);
  const rows = await aggregate(place.term.pool, place.space.id, by, filter, { limit: pageSize + 1, offset });
  const page = rows.slice(0, pageSize);
  return create(AggregateJobsResponseSchema, {
    groups: page.map(({ key, n, duration, wait, timed }) => ({
      key,
      count: BigInt(n),
      durationSeconds: duration,
      waitSeconds: wait,
      timedCount: BigInt(timed),
    })),
    nextPageToken: rows.length > pageSize ? encodePageToken(query, offset + pageSize) : "",
  });
}
