import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import {
  type Gate as ProtoGate,
  Gate_Type,
  GateSchema,
} from "@switchyard/proto/switchyard/scheduler/v1/explanation_pb";
import { JobView } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import {
  type ExplainJobRequest,
  type ExplainJobResponse,
  ExplainJobResponseSchema,
} from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import { explain, type Gate } from "../domain/core/explain.js";
import { openState } from "../domain/core/core-event.js";
import { decodeId, type Directory, jobNotFound, type Place } from "../domain/directory.js";
import { expectedWait } from "../domain/reads/expected-wait.js";
import { readRecords } from "../domain/reads/job-record.js";
import type { JobIdCodec } from "../ids/job-id.js";
import { jobToProto } from "./job-to-proto.js";
import { placeToProto } from "./place-to-proto.js";

/** Says which gates hold a job back. */
export async function explainJob(directory: Directory, request: ExplainJobRequest): Promise<ExplainJobResponse> {
  const place = await directory.find(request.namespace);
  if (!place) throw jobNotFound(request.jobId);
  const { term, space, ids } = place;
  const { serial } = decodeId(ids, request.jobId);
  const [record] = await readRecords(term, space, [serial], false);
  if (!record) throw jobNotFound(request.jobId);
  const open = space.job(serial);
  const gates: Gate[] = open
    ? explain(term.clock.now(), open)
    : [{ type: "STATE", open: false, message: `The job has ended: ${record.state}.` }];
  return create(ExplainJobResponseSchema, {
    job: jobToProto(record, ids, JobView.BASIC),
    gates: gates.map((gate) => gateToProto(gate, ids)),
    ...(open && openState(open) === "QUEUED" && { place: await placeWithWait(place, serial) }),
    summary: gates.find((gate) => !gate.open)?.message ?? "Nothing holds the job back: it starts next.",
  });
}

async function placeWithWait(place: Place, serial: number) {
  const open = place.space.job(serial);
  if (!open) return undefined;
  const wait = await expectedWait(place.term, open);
  const now = place.space.job(serial);
  return now && placeToProto(now, false, wait === undefined ? {} : { expectedWait: wait });
}

function gateToProto(gate: Gate, ids: JobIdCodec): ProtoGate {
  const {
    type,
    open,
    message,
    subject = "",
    jobs = [],
    used = 0,
    limit = 0,
    openAt,
    nearestRunner = "",
    lacking = [],
  } = gate;
  return create(GateSchema, {
    type: Gate_Type[type],
    ...{ open, message, subject, used, limit, lacking: [...lacking] },
    jobIds: jobs.map((serial) => ids.encodeJob(serial)),
    ...(openAt !== undefined && { openTime: timestampFromMs(openAt) }),
    nearestRunnerId: nearestRunner,
  });
}
