import { type Job, JobView } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import type { Place } from "../domain/directory.js";
import { readFirstRecords } from "../domain/reads/job-record.js";
import { jobToProto } from "./job-to-proto.js";

/** A page ends after about this many bytes, so that it fits in a message. */
const maxPageBytes = 2 * 1_024 * 1_024;

/** Jobs, and how many of the serials they answer: more than there are jobs when some are gone, less when there are enough bytes. */
export interface JobPage {
  readonly jobs: Job[];
  readonly covered: number;
}

/** Reads the jobs of a page in slices, and stops when there are enough bytes; one job is always read. */
export async function readPage(
  { term, space, ids }: Place,
  serials: readonly number[],
  view: JobView,
  maxBytes = maxPageBytes,
): Promise<JobPage> {
  const payloads = view === JobView.PAYLOADS || view === JobView.FULL;
  const slice = payloads ? 250 : 1_000;
  const jobs: Job[] = [];
  let bytes = 0;
  for (let at = 0; at < serials.length; ) {
    const part = serials.slice(at, at + slice);
    const bytesLeft = payloads ? Math.max(1, maxBytes - bytes) : Number.POSITIVE_INFINITY;
    const { records, covered } = await readFirstRecords(term, space, part, payloads, bytesLeft);
    for (const record of records) {
      const job = jobToProto(record, ids, view);
      bytes += bytesOf(job);
      if (jobs.length > 0 && bytes > maxBytes) return { jobs, covered: at + part.indexOf(record.stored.serial) };
      jobs.push(job);
    }
    at += covered;
  }
  return { jobs, covered: serials.length };
}

/** About as many as it has on the wire; five hundred stand for what all jobs have. */
function bytesOf({ spec, lastAttempt, attempts }: Job): number {
  let bytes = 500 + (spec?.input?.data.byteLength ?? 0) + (spec?.clientData.byteLength ?? 0);
  for (const { outcome } of attempts.length > 0 ? attempts : [lastAttempt ?? {}])
    bytes += (outcome?.result?.data.byteLength ?? 0) + (outcome?.message.length ?? 0);
  return bytes;
}
