import { create } from "@bufbuild/protobuf";
import { SwitchyardError } from "@switchyard/errors";
import { JobState, JobView } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import {
  type SubmitJobsRequest,
  type SubmitJobsResponse,
  SubmitJobsResponseSchema,
  type SubmittedJob,
  SubmittedJob_Disposition,
} from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import { admit } from "../domain/core/admit.js";
import { openState } from "../domain/core/core-event.js";
import type { OpenJob } from "../domain/core/model.js";
import type { Directory, Place } from "../domain/directory.js";
import type { KnownRequest } from "../domain/shard/request-memory.js";
import { readRecords } from "../domain/reads/job-record.js";
import { checkName, invalid, notServed } from "./fields.js";
import { jobToProto } from "./job-to-proto.js";
import { requestFromProto, type SpecLimits } from "./spec-from-proto.js";
import { timestampFromMicros } from "./stored-values.js";

/** Most jobs in one call. */
const maxItems = 1_000;

/** Admits jobs: checks everything before the first decision, then writes all of them at once. */
export async function submitJobs(
  directory: Directory,
  request: SubmitJobsRequest,
  limits: SpecLimits,
): Promise<SubmitJobsResponse> {
  const { namespace, requestId, items } = request;
  if (items.length === 0 || items.length > maxItems) throw invalid("items", `must be 1 to ${maxItems}`);
  if (request.wantPosition) throw notServed("want_position");
  checkName("request_id", requestId, 0, 128);
  const requests = items.map((item) => requestFromProto(item, limits));
  const keyed = requests.some(({ idempotencyKey }) => idempotencyKey !== "");
  if (keyed && items.length > 1) throw notServed("idempotency_key in a batch of several items");
  const place = await directory.open(namespace);
  const { term, space } = place;
  const [itemKey = ""] = requests.map(({ idempotencyKey }) => idempotencyKey && `item:${idempotencyKey}`);
  const callKey = requestId && `call:${requestId}`;
  const keys = [callKey, itemKey].filter((key) => key !== "");
  if (keys.length > 0) {
    const known = await term.requests.find(term.pool, space, term.clock.now(), keys);
    term.assertValid();
    const repeat = keys.map((key) => known.get(key)).find((found) => found !== undefined);
    if (repeat) return replay(place, request, repeat);
  }
  const { jobs, write } = admit(term.clock.now(), space, callKey, requests);
  term.requests.note(write.requests, write, term.clock.now());
  await term.write(write);
  return answer(place, request, jobs);
}

/** Answers a repeat with the jobs of the first call. It must be the same call: as many items, and the same digest where there is one. */
async function replay(place: Place, request: SubmitJobsRequest, known: KnownRequest): Promise<SubmitJobsResponse> {
  const { term, space, ids } = place;
  const { requestId, items } = request;
  if (known.write) await term.write(known.write);
  const [first] = items;
  const sameDigest =
    !known.fingerprint || Buffer.compare(known.fingerprint, first?.fingerprint ?? new Uint8Array()) === 0;
  if (known.count !== items.length || !sameDigest) {
    throw new SwitchyardError("REQUEST_ID_REUSED", "the request id came with another content before", {
      request_id: requestId,
    });
  }
  const serials = items.map((_, i) => known.firstSerial + i);
  const records = await readRecords(term.pool, space, serials, request.returnJobs);
  const view = request.returnJobs ? JobView.PAYLOADS : JobView.BASIC;
  return create(SubmitJobsResponseSchema, {
    jobs: records.map((record) => ({
      jobId: ids.encode({ serial: record.stored.serial, reopen: 0, attempt: 0 }),
      serial: BigInt(record.stored.serial),
      disposition: SubmittedJob_Disposition.REPLAYED,
      state: JobState[record.state],
      createTime: timestampFromMicros(record.stored.createdMicros),
      ...(request.returnJobs && { job: jobToProto(record, ids, view) }),
    })),
  });
}

async function answer(
  { term, space, ids }: Place,
  request: SubmitJobsRequest,
  jobs: readonly OpenJob[],
): Promise<SubmitJobsResponse> {
  const serials = jobs.map(({ serial }) => serial);
  const records = request.returnJobs ? await readRecords(term.pool, space, serials, true) : [];
  return create(SubmitJobsResponseSchema, {
    jobs: jobs.map((job, i): SubmittedJob => {
      const record = records[i];
      return {
        $typeName: "switchyard.scheduler.v1.SubmittedJob",
        jobId: ids.encode({ serial: job.serial, reopen: 0, attempt: 0 }),
        serial: BigInt(job.serial),
        disposition: SubmittedJob_Disposition.CREATED,
        state: JobState[openState(job)],
        createTime: timestampFromMicros(job.createdMicros),
        ...(record && { job: jobToProto(record, ids, JobView.PAYLOADS) }),
      };
    }),
  });
}
