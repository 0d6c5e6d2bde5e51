import { create } from "@bufbuild/protobuf";
import {
  type JobFilter,
  ListJobsResponseSchema,
  type ListJobsRequest,
  type ListJobsResponse,
} from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import { openState } from "../domain/core/core-event.js";
import { mergeInOrder } from "../domain/core/merge-in-order.js";
import type { OpenJob } from "../domain/core/model.js";
import { inOrder } from "../domain/core/position.js";
import type { Place } from "../domain/directory.js";
import { subjectSerials } from "../domain/reads/subject-serials.js";
import { decodePageToken, encodePageToken, invalid } from "./fields.js";
import { readPage } from "./job-page.js";
import { filterFromProto } from "./job-filter.js";

/** Lists open jobs in the order in which they would be claimed, running ones among them. Pages go on behind the number of jobs already seen. */
export async function listInClaimOrder(
  place: Place,
  request: ListJobsRequest,
  pageSize: number,
): Promise<ListJobsResponse> {
  const { filter } = request;
  if (filter && (Object.keys(filter.labels).length > 0 || filter.resumeFrom !== "" || filter.deadLetters))
    throw invalid("filter", "labels, resume_from and dead_letters can't be had in claim order");
  const subject = filter?.subject ?? "";
  const about = subject === "" ? undefined : new Set(await subjectSerials(place.term.pool, place.space, subject));
  place.term.assertValid();
  const { blocked: _, scheduled: __, ...stable } = filterFromProto(place, filter);
  const query = JSON.stringify([request.namespace, stable, "claim-order"]);
  const from = decodePageToken(query, request.pageToken) ?? request.skip;
  const serials: number[] = [];
  let matched = 0;
  for (const slot of slotsInOrder(place, filter?.queue ?? "")) {
    const job = place.space.at(slot);
    if (!matches(job, filter, stable) || (about && !about.has(job.serial))) continue;
    matched++;
    if (matched > from && serials.length <= pageSize) serials.push(job.serial);
    if (serials.length > pageSize && !request.wantTotal) break;
  }
  const jobs = await readPage(place, serials.slice(0, pageSize), request.view);
  return create(ListJobsResponseSchema, {
    jobs,
    nextPageToken: jobs.length > 0 && jobs.length < serials.length ? encodePageToken(query, from + jobs.length) : "",
    total: request.wantTotal ? BigInt(matched) : 0n,
  });
}

function matches(job: OpenJob, filter: JobFilter | undefined, stable: ReturnType<typeof filterFromProto>): boolean {
  const { states, kinds, serials, started, runner, createdFromMicros, createdBeforeMicros, afterSerial } = stable;
  return (
    (!states || states.includes(openState(job))) &&
    (!kinds || kinds.includes(job.kind)) &&
    (!serials || serials.includes(job.serial)) &&
    (started === undefined || (job.live !== undefined && job.live.startedAt > 0 === started)) &&
    (runner === undefined || job.live?.runner.id === runner) &&
    (createdFromMicros === undefined || job.createdMicros >= createdFromMicros) &&
    (createdBeforeMicros === undefined || job.createdMicros < createdBeforeMicros) &&
    (afterSerial === undefined || job.serial > afterSerial) &&
    (!filter?.queue || job.shape.queue === filter.queue)
  );
}

function slotsInOrder({ space }: Place, queue: string): IterableIterator<number> {
  const queues = [...space.shapes.queues.values()].filter(
    ({ name, open }) => open > 0 && (queue === "" || name === queue),
  );
  return mergeInOrder(
    space.table,
    queues.map((one) => inOrder(space, one)),
  );
}
