import { type Job, JobView } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import type { Place } from "../domain/directory.js";
import { readRecords } from "../domain/reads/job-record.js";
import { jobToProto } from "./job-to-proto.js";

/** A page ends after about this many bytes, so that it fits in a message. */
const maxPageBytes = 2 * 1_024 * 1_024;

/** Reads the jobs of a page in slices, and stops when there are enough bytes. */
export async function readPage(
  { term, space, ids }: Place,
  serials: readonly number[],
  view: JobView,
  maxBytes = maxPageBytes,
): Promise<Job[]> {
  const payloads = view === JobView.PAYLOADS || view === JobView.FULL;
  const slice = payloads ? 50 : 1_000;
  const jobs: Job[] = [];
  let bytes = 0;
  for (let at = 0; at < serials.length; at += slice) {
    for (const record of await readRecords(term.pool, space, serials.slice(at, at + slice), payloads)) {
      const job = jobToProto(record, ids, view);
      bytes += 500 + (job.spec?.input?.data.byteLength ?? 0) + (job.lastAttempt?.outcome?.result?.data.byteLength ?? 0);
      if (jobs.length > 0 && bytes > maxBytes) return jobs;
      jobs.push(job);
    }
  }
  return jobs;
}
