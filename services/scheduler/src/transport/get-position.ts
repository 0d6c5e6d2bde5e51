import { create } from "@bufbuild/protobuf";
import { SwitchyardError } from "@switchyard/errors";
import {
  type GetPositionRequest,
  type GetPositionResponse,
  GetPositionResponseSchema,
} from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import { decodeId, type Directory, jobNotFound, type Place } from "../domain/directory.js";
import { readRecords } from "../domain/reads/job-record.js";
import { subjectSerials } from "../domain/reads/subject-serials.js";
import { invalid } from "./fields.js";
import { placeToProto } from "./place-to-proto.js";

/** Returns the place of an open job. @throws SwitchyardError `WRONG_STATE` for one that has ended. */
export async function getPosition(directory: Directory, request: GetPositionRequest): Promise<GetPositionResponse> {
  const name = request.by.value ?? "";
  if (!name) throw invalid("by", "name a job or a subject");
  const place = await directory.find(request.namespace);
  if (!place) throw jobNotFound(name);
  const serial = await serialOf(place, request);
  place.term.assertValid();
  const job = serial === undefined ? undefined : place.space.job(serial);
  if (!job || job.phase === "admitting") throw await noPlace(place, serial, name);
  return create(GetPositionResponseSchema, {
    jobId: place.ids.encodeJob(job.serial),
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

async function noPlace({ term, space }: Place, serial: number | undefined, name: string): Promise<SwitchyardError> {
  const [record] = serial === undefined ? [] : await readRecords(term, space, [serial], false);
  if (!record) return jobNotFound(name);
  return new SwitchyardError("WRONG_STATE", `the job is ${record.state}`, { state: record.state });
}
