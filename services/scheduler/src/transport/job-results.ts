import { create } from "@bufbuild/protobuf";
import type { Reason } from "@switchyard/errors";
import { ErrorReason } from "@switchyard/proto/switchyard/common/v1/errors_pb";
import { JobState, JobView } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import {
  type JobFilter,
  JobFilterSchema,
  type JobResult,
  JobResultSchema,
} from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import { SwitchyardError } from "@switchyard/errors";
import type { JobState as CoreJobState } from "../domain/core/model.js";
import { decodeId, type Place } from "../domain/directory.js";
import { type JobRecord, readRecords } from "../domain/reads/job-record.js";
import { countMatches } from "../domain/reads/count-matches.js";
import { listPage } from "../domain/reads/list-serials.js";
import type { JobListFilter } from "../store/list-jobs.js";
import { invalid } from "./fields.js";
import { jobToProto } from "./job-to-proto.js";
import { filterFromProto, filterText } from "./job-filter.js";
import { walkByLabels } from "./list-by-labels.js";

/** Most jobs that one call can name or match. */
const maxJobs = 1_000;

/** What an operation did to one job. */
export interface Effect {
  readonly serial: number;
  /** Unset: done. */
  readonly reason?: Reason;
  /** The state before; unset when it is not known. */
  readonly previous?: CoreJobState;
  /** The job as it last was, where it can't be read any more. */
  readonly record?: JobRecord | undefined;
}

/** A job that was named or matched. */
export interface Target {
  readonly serial: number;
  /** As the request named it; empty when it was matched. */
  readonly name: string;
}

/** The jobs that a call names, or those that match its filter. `narrow` leaves those of the matches that the call is about. */
export async function targetsOf(
  place: Place,
  request: { readonly jobIds: readonly string[]; readonly filter?: JobFilter | undefined },
  narrow: (filter: JobFilter) => JobFilter = (filter) => filter,
): Promise<Target[]> {
  const { jobIds, filter } = request;
  if (jobIds.length > maxJobs) throw invalid("job_ids", `at most ${maxJobs} jobs can be named`);
  if (jobIds.length > 0) return jobIds.map((name) => ({ serial: decodeId(place.ids, name).serial, name }));
  if (!filter || isEmpty(filter)) throw invalid("filter", "needs at least one field, or name the jobs");
  const wanted = filterFromProto(place, narrow(filter));
  return (await matching(place, wanted)).map((serial) => ({ serial, name: "" }));
}

/** More than the most is refused as a whole: half of an operation is worse than none. */
async function matching(place: Place, filter: JobListFilter): Promise<number[]> {
  const { term, space } = place;
  const labelled = filter.labels && (await allByLabels(place, filter));
  const count = labelled?.length ?? (await countMatches(term, space, filter));
  if (count > maxJobs) {
    throw new SwitchyardError(
      "QUOTA_EXCEEDED",
      `the filter matches ${count} jobs; at most ${maxJobs} are allowed at once`,
      {
        limit: String(maxJobs),
      },
    );
  }
  if (labelled) return labelled;
  return listPage(term, space, filter, { order: "oldest", limit: maxJobs, offset: 0 });
}

/** Up to one more than the most. */
async function allByLabels(place: Place, filter: JobListFilter): Promise<number[]> {
  const serials: number[] = [];
  for await (const { matches } of walkByLabels(place, filter, "oldest", undefined)) {
    serials.push(...matches.map(({ serial }) => serial));
    if (serials.length > maxJobs) break;
  }
  return serials;
}

/** Shows what became of each job, in the order of the targets. */
export async function resultsToProto(
  { term, space, ids }: Place,
  targets: readonly Target[],
  effects: readonly Effect[],
): Promise<JobResult[]> {
  const readable = [...new Set(targets.map(({ serial }) => serial))];
  const records = await readRecords(term, space, readable, false);
  const bySerial = new Map(records.map((record) => [record.stored.serial, record]));
  return targets.map(({ serial, name }, i) => {
    const { reason, previous, record: kept } = effects[i] as Effect;
    const record = bySerial.get(serial) ?? kept;
    const jobId = name || ids.encodeJob(serial);
    if (!record || reason === "JOB_NOT_FOUND")
      return create(JobResultSchema, { jobId, reason: ErrorReason.JOB_NOT_FOUND, message: "There is no such job." });
    const job = jobToProto(record, ids, JobView.BASIC);
    const previousState = previous ? JobState[previous] : job.state;
    if (!reason) return create(JobResultSchema, { jobId, previousState, job });
    return create(JobResultSchema, {
      jobId,
      reason: ErrorReason[reason],
      message: `The job is ${record.state}.`,
      previousState,
      job,
    });
  });
}

function isEmpty(filter: JobFilter): boolean {
  return filterText(filter) === filterText(create(JobFilterSchema));
}
