import { create } from "@bufbuild/protobuf";
import {
  type JobFilter,
  ListJobsResponseSchema,
  type ListJobsRequest,
  type ListJobsResponse,
} from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import { openState } from "../domain/core/core-event.js";
import type { OpenJob } from "../domain/core/model.js";
import { compareOrder } from "../domain/core/order.js";
import { openInOrder } from "../domain/core/position.js";
import type { Place } from "../domain/directory.js";
import { subjectSerials } from "../domain/reads/subject-serials.js";
import { invalid } from "./fields.js";
import { readPage } from "./job-page.js";
import { filterFromProto, filterText } from "./job-filter.js";
import { decodePlaceToken, encodePlaceToken, type PlaceCursor } from "./place-token.js";

/** Lists open jobs in the order in which they would be claimed, those that run, or wait for something else, at their places among them. */
export async function listInClaimOrder(
  place: Place,
  request: ListJobsRequest,
  pageSize: number,
): Promise<ListJobsResponse> {
  const { filter } = request;
  if (filter && (Object.keys(filter.labels).length > 0 || filter.resumeFrom !== "" || filter.deadLetters))
    throw invalid("filter", "labels, resume_from and dead_letters can't be had in claim order");
  const query = JSON.stringify([request.namespace, filterText(filter), "claim-order"]);
  const after = decodePlaceToken(query, request.pageToken);
  const subject = filter?.subject ?? "";
  const about = subject === "" ? undefined : new Set(await subjectSerials(place.term.pool, place.space, subject));
  place.term.assertValid();
  const wanted = filterFromProto(place, filter);
  let toSkip = after ? 0 : request.skip;
  const found: PlaceCursor[] = [];
  let matched = 0;
  for (const slot of openInOrder(place.space, filter?.queue ?? "")) {
    const job = place.space.at(slot);
    if (!matches(job, filter, wanted) || (about && !about.has(job.serial))) continue;
    matched++;
    if ((after && compareOrder(job, after) <= 0) || toSkip-- > 0) continue;
    const { rankClass, rank, serial } = job;
    if (found.length <= pageSize) found.push({ rankClass, rank, serial });
    if (found.length > pageSize && !request.wantTotal) break;
  }
  const serials = found.slice(0, pageSize).map(({ serial }) => serial);
  const { jobs, covered } = await readPage(place, serials, request.view);
  const last = found[covered - 1];
  return create(ListJobsResponseSchema, {
    jobs,
    nextPageToken: last && covered < found.length ? encodePlaceToken(query, last) : "",
    total: request.wantTotal ? BigInt(matched) : 0n,
  });
}

function matches(job: OpenJob, filter: JobFilter | undefined, wanted: ReturnType<typeof filterFromProto>): boolean {
  const { states, kinds, serials, started, runner, createdFromMicros, createdBeforeMicros, afterSerial } = wanted;
  return (
    job.phase !== "admitting" &&
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
