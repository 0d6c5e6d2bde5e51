import { create } from "@bufbuild/protobuf";
import { SwitchyardError } from "@switchyard/errors";
import { JobView } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import {
  type GetJobRequest,
  type GetJobResponse,
  GetJobResponseSchema,
} from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import { decodeId, type Directory, jobNotFound } from "../domain/directory.js";
import { readRecords, reopenCount } from "../domain/reads/job-record.js";
import type { JobIdCodec, JobKey } from "../ids/job-id.js";
import { invalid } from "./fields.js";
import { jobToProto } from "./job-to-proto.js";

/** Returns one job, by its id, the id of one of its attempts, its short id or its number. */
export async function getJob(directory: Directory, request: GetJobRequest): Promise<GetJobResponse> {
  const ids = directory.ids(request.namespace);
  const { key, name } = keyOf(ids, request);
  const place = await directory.find(request.namespace);
  if (!place) throw jobNotFound(name);
  const payloads = request.view === JobView.PAYLOADS || request.view === JobView.FULL;
  const [record] = await readRecords(place.term, place.space, [key.serial], payloads);
  // Any twelve digits name some job and reopening: one that has not come yet is nobody's short id.
  if (!record || key.reopen > reopenCount(record)) throw jobNotFound(name);
  const job = jobToProto(record, ids, key.attempt > 0 ? JobView.FULL : request.view);
  if (key.attempt === 0) return create(GetJobResponseSchema, { job });
  const attempt = job.attempts.find(({ number }) => number === key.attempt);
  if (!attempt)
    throw new SwitchyardError("ATTEMPT_NOT_FOUND", `the job has no attempt ${key.attempt}`, {
      attempt: String(key.attempt),
    });
  if (request.view !== JobView.FULL) job.attempts = [];
  return create(GetJobResponseSchema, { job, attempt });
}

function keyOf(ids: JobIdCodec, { by }: GetJobRequest): { key: JobKey; name: string } {
  switch (by.case) {
    case "jobId":
      return { key: decodeId(ids, by.value), name: by.value };
    case "shortId": {
      const key = ids.decodeShort(by.value);
      if (!key)
        throw new SwitchyardError("MALFORMED_ID", "a short id has 12 hexadecimal digits", {
          id: by.value.slice(0, 64),
        });
      return { key, name: by.value };
    }
    case "serial":
      return { key: { serial: Number(by.value), reopen: 0, attempt: 0 }, name: String(by.value) };
    default:
      throw invalid("by", "name the job by job_id, short_id or serial");
  }
}
