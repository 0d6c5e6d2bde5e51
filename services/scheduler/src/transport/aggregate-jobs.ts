import { create } from "@bufbuild/protobuf";
import { timestampMs } from "@bufbuild/protobuf/wkt";
import {
  AggregateBy,
  type AggregateJobsRequest,
  type AggregateJobsResponse,
  AggregateJobsResponseSchema,
} from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import type { Directory } from "../domain/directory.js";
import { aggregate, type AggregateQuery } from "../domain/reads/aggregate.js";
import type { Dimension } from "../domain/rollups/cubes.js";
import { invalid, pageSizeField } from "./fields.js";
import { decodeKeyToken, encodeKeyToken } from "./key-token.js";
import { stateFromProto } from "./states.js";

const dimensions: Partial<Record<AggregateBy, Dimension>> = {
  [AggregateBy.QUEUE]: "queue",
  [AggregateBy.KIND]: "kind",
  [AggregateBy.SUBJECT]: "subject",
  [AggregateBy.RUNNER]: "runner",
  [AggregateBy.STATE]: "state",
  [AggregateBy.CODE]: "code",
  [AggregateBy.HOUR]: "hour",
};

/** Counts and sums jobs by group, groups in the order of their keys. */
export async function aggregateJobs(
  directory: Directory,
  request: AggregateJobsRequest,
): Promise<AggregateJobsResponse> {
  const query = queryFromProto(request);
  const limit = pageSizeField(request.pageSize, 1_000, 10_000);
  const name = JSON.stringify([request.namespace, query]);
  const after = decodeKeyToken(name, request.pageToken);
  const place = await directory.find(request.namespace);
  if (!place) return create(AggregateJobsResponseSchema);
  const { rows, next } = await aggregate(place.term, place.space, query, { after, limit });
  return create(AggregateJobsResponseSchema, {
    groups: rows.map(({ key, n, timed, durationMs, waitMs, metrics }) => ({
      key: [...key],
      count: BigInt(n),
      durationSeconds: durationMs / 1_000,
      waitSeconds: waitMs / 1_000,
      timedCount: BigInt(timed),
      metrics,
    })),
    nextPageToken: next ? encodeKeyToken(name, next) : "",
  });
}

function queryFromProto(request: AggregateJobsRequest): AggregateQuery {
  const { groupBy, queue, kind, subject, runnerId, states, endedAfter } = request;
  if (groupBy.length > 4) throw invalid("group_by", "at most 4 properties");
  const groups = groupBy.map((property) => {
    const dimension = dimensions[property];
    if (!dimension) throw invalid("group_by", `${property} is no property`);
    return dimension;
  });
  const filter = {
    ...(queue !== "" && { queue }),
    ...(kind !== "" && { kinds: [kind] }),
    ...(subject !== "" && { subject }),
    ...(runnerId !== "" && { runner: runnerId }),
    ...(states.length > 0 && { states: states.map(stateFromProto) }),
    ...(endedAfter && { endedFromMs: timestampMs(endedAfter) }),
  };
  return { groups, filter };
}
