import { create } from "@bufbuild/protobuf";
import { timestampMs } from "@bufbuild/protobuf/wkt";
import { type Job, JobView } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import {
  type JobFilter,
  ListJobsResponseSchema,
  type ListJobsRequest,
  type ListJobsResponse,
  ListOrder,
} from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import { openState } from "../domain/core/core-event.js";
import type { Namespace } from "../domain/core/namespace.js";
import { decodeId, type Directory, type Place } from "../domain/directory.js";
import { readRecords } from "../domain/reads/job-record.js";
import { countMatches, listPage } from "../domain/reads/list-serials.js";
import type { JobListFilter, JobListOrder } from "../store/list-jobs.js";
import { decodePageToken, encodePageToken, notServed, pageSizeField } from "./fields.js";
import { jobToProto } from "./job-to-proto.js";
import { stateFromProto } from "./states.js";
import { defined } from "./policy-to-proto.js";

const orders: Partial<Record<ListOrder, JobListOrder>> = {
  [ListOrder.UNSPECIFIED]: "newest",
  [ListOrder.NEWEST]: "newest",
  [ListOrder.OLDEST]: "oldest",
  [ListOrder.START_TIME_DESC]: "start-desc",
  [ListOrder.START_TIME_ASC]: "start-asc",
  [ListOrder.END_TIME_DESC]: "end-desc",
  [ListOrder.END_TIME_ASC]: "end-asc",
  [ListOrder.UPDATE_TIME_DESC]: "update-desc",
  [ListOrder.UPDATE_TIME_ASC]: "update-asc",
};

/** A page ends after about this many bytes, so that it fits in a message. */
const maxPageBytes = 2 * 1_024 * 1_024;

/** Lists jobs. Pages are keyset pages for the two orders by creation and offset pages for the others. */
export async function listJobs(directory: Directory, request: ListJobsRequest): Promise<ListJobsResponse> {
  const pageSize = pageSizeField(request.pageSize, 100, 1_000);
  const order = orders[request.orderBy];
  if (!order) throw notServed("order_by");
  const place = await directory.find(request.namespace);
  if (!place) return create(ListJobsResponseSchema);
  const filter = filterFromProto(place, request.filter);
  const { blocked: _, scheduled: __, ...stable } = filter;
  const query = JSON.stringify([request.namespace, stable, order]);
  const keyset = order === "newest" || order === "oldest";
  const position = decodePageToken(query, request.pageToken);
  const offset = position === undefined ? request.skip : keyset ? 0 : position;
  const cursor = keyset ? position : undefined;
  const { pool } = place.term;
  const serials = await listPage(pool, place.space, filter, {
    order,
    limit: pageSize + 1,
    offset,
    ...defined("cursor", cursor),
  });
  const jobs = await readPage(place, serials.slice(0, pageSize), request.view);
  const more = jobs.length < serials.length;
  const last = serials[jobs.length - 1] ?? 0;
  return create(ListJobsResponseSchema, {
    jobs,
    nextPageToken: more && jobs.length > 0 ? encodePageToken(query, keyset ? last : offset + jobs.length) : "",
    total: request.wantTotal ? BigInt(await countMatches(pool, place.space, filter)) : 0n,
  });
}

/** Reads the jobs of a page in slices, and stops when there are enough bytes. */
async function readPage({ term, space, ids }: Place, serials: readonly number[], view: JobView): Promise<Job[]> {
  const payloads = view === JobView.PAYLOADS || view === JobView.FULL;
  const slice = payloads ? 50 : 1_000;
  const jobs: Job[] = [];
  let bytes = 0;
  for (let at = 0; at < serials.length; at += slice) {
    for (const record of await readRecords(term.pool, space, serials.slice(at, at + slice), payloads)) {
      const job = jobToProto(record, ids, view);
      bytes += 500 + (job.spec?.input?.data.byteLength ?? 0) + (job.lastAttempt?.outcome?.result?.data.byteLength ?? 0);
      if (jobs.length > 0 && bytes > maxPageBytes) return jobs;
      jobs.push(job);
    }
  }
  return jobs;
}

/** Checks and translates a filter. */
export function filterFromProto({ space, ids }: Place, filter: JobFilter | undefined): JobListFilter {
  if (!filter) return {};
  const states = filter.states.map(stateFromProto);
  const serials = filter.jobIds.map((id) => decodeId(ids, id).serial);
  const micros = (field: JobFilter["createdAfter"]) => (field ? timestampMs(field) * 1_000 : undefined);
  const waits = states.some((state) => state === "QUEUED" || state === "SCHEDULED" || state === "BLOCKED");
  const resumeFrom = filter.resumeFrom === "" ? undefined : decodeId(ids, filter.resumeFrom).serial;
  const labels = Object.keys(filter.labels).length > 0 ? filter.labels : undefined;
  return {
    ...(states.length > 0 && { states }),
    ...(waits && asideSerials(space)),
    ...defined("resumeFrom", resumeFrom),
    ...defined("labels", labels),
    ...(filter.deadLetters && { deadLetters: true }),
    ...defined("started", filter.started),
    ...(filter.queue !== "" && {
      shapes: [...space.shapes.all()].filter(({ queue }) => queue === filter.queue).map(({ id }) => id),
    }),
    ...(filter.kinds.length > 0 && { kinds: filter.kinds }),
    ...(filter.subject !== "" && { subject: filter.subject }),
    ...(filter.runnerId !== "" && { runner: filter.runnerId }),
    ...defined("createdFromMicros", micros(filter.createdAfter)),
    ...defined("createdBeforeMicros", micros(filter.createdBefore)),
    ...(filter.afterSerial > 0n && { afterSerial: Number(filter.afterSerial) }),
    ...(serials.length > 0 && { serials }),
  };
}

/** Rows know the three waiting states as one; memory says which jobs are blocked or scheduled. */
function asideSerials(space: Namespace): Pick<JobListFilter, "blocked" | "scheduled"> {
  const blocked: number[] = [];
  const scheduled: number[] = [];
  for (const job of space.objects()) {
    const state = openState(job);
    if (state === "BLOCKED") blocked.push(job.serial);
    if (state === "SCHEDULED") scheduled.push(job.serial);
  }
  return { blocked, scheduled };
}
