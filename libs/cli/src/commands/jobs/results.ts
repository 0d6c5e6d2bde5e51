import { ErrorReason } from "@switchyard/proto/switchyard/common/v1/errors_pb";
import { JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { type JobResult, JobResultSchema } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import { exitCodes } from "../../exit-codes.js";
import { enumName } from "../../input/enum-names.js";
import type { Column } from "../../output/table.js";
import type { Session } from "../../session/session.js";

const columns: readonly Column<JobResult>[] = [
  { title: "JOB", text: ({ jobId }) => jobId },
  {
    title: "RESULT",
    text: ({ reason }) => (reason === ErrorReason.UNSPECIFIED ? "ok" : (ErrorReason[reason] ?? String(reason))),
    tone: ({ reason }) => (reason === ErrorReason.UNSPECIFIED ? "green" : "red"),
  },
  { title: "BEFORE", text: ({ previousState }) => stateName(previousState) },
  { title: "NOW", text: ({ job }) => stateName(job?.state ?? JobState.UNSPECIFIED) },
  { title: "MESSAGE", text: ({ message, job }) => message || (job?.cancelRequested ? "waits for its runner" : "") },
];

/** Writes what became of each job. Settles with the exit code: a refused one is a failure. */
export async function printResults({ print }: Session, results: readonly JobResult[]): Promise<number> {
  await print.rows(JobResultSchema, results, columns);
  return results.some(({ reason }) => reason !== ErrorReason.UNSPECIFIED) ? exitCodes.failed : exitCodes.done;
}

function stateName(state: JobState): string {
  return state === JobState.UNSPECIFIED ? "" : enumName(JobState, state);
}
