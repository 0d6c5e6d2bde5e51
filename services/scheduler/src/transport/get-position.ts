import { create } from "@bufbuild/protobuf";
import {
  type GetPositionRequest,
  type GetPositionResponse,
  GetPositionResponseSchema,
} from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import { decodeId, type Directory, jobNotFound, type Place } from "../domain/directory.js";
import { subjectSerials } from "../domain/reads/subject-serials.js";
import { invalid } from "./fields.js";
import { placeToProto } from "./place-to-proto.js";

/** Returns the place of an open job. */
export async function getPosition(directory: Directory, request: GetPositionRequest): Promise<GetPositionResponse> {
  const name = request.by.value ?? "";
  if (!name) throw invalid("by", "name a job or a subject");
  const place = await directory.find(request.namespace);
  const serial = place && (await serialOf(place, request));
  const job = serial === undefined ? undefined : place?.space.job(serial);
  if (!place || !job) throw jobNotFound(name);
  return create(GetPositionResponseSchema, {
    jobId: place.ids.encode({ serial: job.serial, reopen: 0, attempt: 0 }),
    place: placeToProto(job, request.includeRunning),
    openJobs: BigInt(job.shape.site.queue.open),
  });
}

async function serialOf(
  { term, space, ids }: Place,
  { by, kind, queue }: GetPositionRequest,
): Promise<number | undefined> {
  if (by.case === "jobId") return decodeId(ids, by.value).serial;
  const serials = await subjectSerials(term.pool, space, by.value ?? "");
  return serials.find((serial) => {
    const job = space.job(serial);
    return job && (kind === "" || job.kind === kind) && (queue === "" || job.shape.queue === queue);
  });
}
