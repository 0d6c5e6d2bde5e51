import type { MessageInitShape } from "@bufbuild/protobuf";
import type { OutcomeSchema } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import type { Job } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import type { Core } from "../core-access.js";
import type { Run } from "./find-run.js";
import { abridgedRecord, type RunRecord, recordText } from "./run-record.js";

/** The largest record that goes with the outcome; the core takes 1 MiB, and the catalog 4. */
export const maxRecordBytes = 512 * 1024;

/** What goes with the end of a run. */
export interface EndFacts {
  /** Ids of the files that are kept. */
  readonly artifacts?: readonly string[];
  /** Lengths of the log streams that were written. */
  readonly streams?: readonly { readonly stream: string; readonly length: bigint }[];
}

/** What became of a report. */
export interface ReportedEnd {
  readonly job: Job | undefined;
  /** An equal end had been reported before. */
  readonly isRepeat: boolean;
  /** What the core keeps of the record. */
  readonly kept: RunRecord;
}

/**
 * Ends a run: the one decision, which carries the record. A code other than success is a failure; nothing is tried again by
 * the core, since the dialect queues anew.
 *
 * @throws ConnectError `LEASE_LOST`, `ALREADY_FINISHED`, ... for a run that somebody has ended
 */
export async function reportEnd(
  { core, config: { namespace } }: Core,
  { job, attempt: { number, runnerId } }: Run,
  record: RunRecord,
  { artifacts = [], streams = [] }: EndFacts = {},
): Promise<ReportedEnd> {
  const whole = recordText(record);
  const kept = Buffer.byteLength(whole) <= maxRecordBytes ? record : abridgedRecord(record);
  const outcome: MessageInitShape<typeof OutcomeSchema> = {
    message: record.code === "success" ? "" : (record.description?.slice(0, 4000) ?? record.code),
    result: { data: Buffer.from(kept === record ? whole : recordText(kept)), contentType: "application/json" },
    // Durations and odds are estimated from runs that say something about the work; the core sums by this label.
    labels: { code: (record.transient === true ? `transient:${record.code}` : record.code).slice(0, 200) },
    artifacts: [...artifacts],
    streams: [...streams],
  };
  const attempt = { jobId: job.id, by: { case: "attempt" as const, value: number } };
  const call = { namespace, runnerId, attempt, outcome };
  const answer = record.code === "success" ? await core.runners.completeJob(call) : await core.runners.failJob(call);
  return { job: answer.job, isRepeat: answer.repeatedReport, kept };
}
