import { create } from "@bufbuild/protobuf";
import { SwitchyardError } from "@switchyard/errors";
import { JobView } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import {
  type ReorderJobRequest,
  type ReorderJobResponse,
  ReorderJobResponseSchema,
} from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import { reorder } from "../domain/core/amend.js";
import { openState } from "../domain/core/core-event.js";
import { resolveRank } from "../domain/core/rank.js";
import { decodeId, type Directory, jobNotFound } from "../domain/directory.js";
import { readRecords } from "../domain/reads/job-record.js";
import { invalid } from "./fields.js";
import { jobToProto } from "./job-to-proto.js";
import { placeToProto } from "./place-to-proto.js";
import { orderFromProto } from "./spec-from-proto.js";

/** Changes the place of an open job. */
export async function reorderJob(directory: Directory, request: ReorderJobRequest): Promise<ReorderJobResponse> {
  if (!request.order) throw invalid("order", "is missing");
  const order = orderFromProto(request.order);
  const place = await directory.open(request.namespace);
  const { term, space, ids } = place;
  const { serial } = decodeId(ids, request.jobId);
  const answer = await term.settle<{ done: boolean; revision: number } | undefined>(() => {
    const job = space.job(serial);
    if (!job) return { answer: undefined, writes: [] };
    const { rankClass, weight } = order;
    const rank = resolveRank(space, job.shape.site.queue, order.rank);
    return reorder(term.clock.now(), job, { rankClass, rank, weight }, Number(request.expectedRevision));
  });
  const [record] = await readRecords(term, space, [serial], false);
  if (!record) throw jobNotFound(request.jobId);
  if (!answer) throw new SwitchyardError("WRONG_STATE", `the job is ${record.state}`, { state: record.state });
  if (!answer.done) {
    const revision = String(answer.revision);
    throw new SwitchyardError("REVISION_MISMATCH", `the job is at revision ${revision}`, { revision });
  }
  const waiting = space.job(serial);
  return create(ReorderJobResponseSchema, {
    job: jobToProto(record, ids, JobView.BASIC),
    ...(waiting && openState(waiting) === "QUEUED" && { place: placeToProto(waiting, false) }),
  });
}
