import { create } from "@bufbuild/protobuf";
import { SwitchyardError } from "@switchyard/errors";
import { ErrorReason } from "@switchyard/proto/switchyard/common/v1/errors_pb";
import { JobState, JobView } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import {
  CancelJobsResponseSchema,
  type CancelJobsRequest,
  type CancelJobsResponse,
  CancelMode,
  type JobResult,
  JobResultSchema,
} from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import { cancelJob, type CancelRequest } from "../domain/core/cancel.js";
import type { FinalState } from "../domain/core/model.js";
import { decodeId, type Directory, type Place } from "../domain/directory.js";
import { readRecords } from "../domain/reads/job-record.js";
import { countMatches, listPage } from "../domain/reads/list-serials.js";
import { checkName, invalid, storable } from "./fields.js";
import { jobToProto } from "./job-to-proto.js";
import { filterFromProto } from "./list-jobs.js";
import { stateFromProto } from "./states.js";

/** Most jobs that one call can name or match. */
const maxJobs = 1_000;

/** Cancels jobs, each by itself; the answer tells what became of each. */
export async function cancelJobs(directory: Directory, request: CancelJobsRequest): Promise<CancelJobsResponse> {
  const { namespace, jobIds, filter } = request;
  if (jobIds.length > maxJobs) throw invalid("job_ids", `at most ${maxJobs} jobs can be named`);
  if (jobIds.length === 0 && (!filter || isEmpty(filter)))
    throw invalid("filter", "needs at least one field, or name the jobs");
  const how = cancelFromProto(request);
  const place = await directory.open(namespace);
  const serials =
    jobIds.length > 0 ? jobIds.map((id) => decodeId(place.ids, id).serial) : await matching(place, request);
  const outcomes = await Promise.all(serials.map((serial) => cancelOne(place, serial, how)));
  return create(CancelJobsResponseSchema, { results: await describe(place, serials, outcomes, jobIds) });
}

interface CancelOutcome {
  readonly done: boolean;
  readonly previous: JobState;
}

async function cancelOne({ term, space }: Place, serial: number, how: CancelRequest): Promise<CancelOutcome> {
  return term.settle<CancelOutcome>(() => {
    const job = space.job(serial);
    if (!job) return { answer: { done: false, previous: JobState.UNSPECIFIED }, writes: [] };
    const decision = cancelJob(term.clock.now(), job, how);
    if ("waitFor" in decision) return decision;
    const { done, previous } = decision.answer;
    return { answer: { done, previous: JobState[previous] }, writes: decision.writes };
  });
}

async function describe(
  place: Place,
  serials: readonly number[],
  outcomes: readonly CancelOutcome[],
  names: readonly string[],
): Promise<JobResult[]> {
  const { term, space, ids } = place;
  const records = await readRecords(term.pool, space, [...new Set(serials)], false);
  const bySerial = new Map(records.map((record) => [record.stored.serial, record]));
  return serials.map((serial, i) => {
    const record = bySerial.get(serial);
    const { done, previous } = outcomes[i] as CancelOutcome;
    const jobId = names[i] ?? ids.encode({ serial, reopen: 0, attempt: 0 });
    if (!record)
      return create(JobResultSchema, { jobId, reason: ErrorReason.JOB_NOT_FOUND, message: "There is no such job." });
    const job = jobToProto(record, ids, JobView.BASIC);
    if (done) return create(JobResultSchema, { jobId, previousState: previous, job });
    const message = `The job is ${record.state}.`;
    return create(JobResultSchema, { jobId, reason: ErrorReason.WRONG_STATE, message, previousState: job.state, job });
  });
}

function cancelFromProto({ mode, expectedStates, actor, message, asState }: CancelJobsRequest): CancelRequest {
  const as = asState === JobState.UNSPECIFIED ? "CANCELLED" : stateFromProto(asState);
  if (as !== "CANCELLED" && as !== "FAILED") throw invalid("as_state", "must be CANCELLED or FAILED");
  return {
    immediate: mode === CancelMode.IMMEDIATE,
    expected: expectedStates.map(stateFromProto),
    actor: checkName("actor", actor, 0, 255),
    message: storable(message),
    as: as as FinalState,
  };
}

/** Open jobs that match. More than the most is refused as a whole: half of a cancel is worse than none. */
async function matching(place: Place, { filter }: CancelJobsRequest): Promise<number[]> {
  const { pool } = place.term;
  const wanted = filterFromProto(place, filter);
  const open = wanted.states ? wanted : { ...wanted, states: ["BLOCKED", "SCHEDULED", "QUEUED", "RUNNING"] as const };
  const count = await countMatches(pool, place.space, open);
  if (count > maxJobs) {
    throw new SwitchyardError(
      "QUOTA_EXCEEDED",
      `the filter matches ${count} jobs; at most ${maxJobs} can be cancelled at once`,
      {
        limit: String(maxJobs),
      },
    );
  }
  return listPage(pool, place.space, open, { order: "oldest", limit: maxJobs, offset: 0 });
}

function isEmpty(filter: NonNullable<CancelJobsRequest["filter"]>): boolean {
  const { $typeName: _, ...fields } = filter;
  return Object.values(fields).every(
    (value) =>
      !value ||
      (Array.isArray(value) && value.length === 0) ||
      (typeof value === "object" && Object.keys(value).length === 0),
  );
}
