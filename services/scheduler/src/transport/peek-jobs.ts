import { create } from "@bufbuild/protobuf";
import { type Job, JobView } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import {
  type PeekJobsRequest,
  type PeekJobsResponse,
  PeekJobsResponseSchema,
} from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import { claimable } from "../domain/core/peek.js";
import type { Directory, Place } from "../domain/directory.js";
import { readRecords } from "../domain/reads/job-record.js";
import { checkRange, decodePageToken, encodePageToken } from "./fields.js";
import { jobToProto } from "./job-to-proto.js";
import { profileFromProto } from "./profile-from-proto.js";
import { subjectSerials } from "../domain/reads/subject-serials.js";

const defaultBytes = 2 * 1_024 * 1_024;
const maxBytes = 3 * 1_024 * 1_024;

/** Lists what a runner could claim now, in claim order. A page goes on behind the number of jobs already seen, as far as they still stand there. */
export async function peekJobs(directory: Directory, request: PeekJobsRequest): Promise<PeekJobsResponse> {
  const limit = checkRange("limit", request.limit || 1, 1, 1_000);
  const budget = Math.min(request.byteBudget || defaultBytes, maxBytes);
  const spec = profileFromProto(request.profile);
  const place = await directory.find(request.namespace);
  if (!place) return create(PeekJobsResponseSchema);
  const query = JSON.stringify([request.namespace, spec, request.profile?.subject]);
  const skip = decodePageToken(query, request.pageToken) ?? 0;
  const subject = request.profile?.subject ?? "";
  const wanted = subject === "" ? undefined : new Set(await subjectSerials(place.term.pool, place.space, subject));
  const serials = take(place, spec, wanted, skip, limit + 1);
  const jobs = await readJobs(place, serials.slice(0, limit), request.view, budget);
  const more = jobs.length > 0 && jobs.length < serials.length;
  return create(PeekJobsResponseSchema, {
    jobs,
    nextPageToken: more ? encodePageToken(query, skip + jobs.length) : "",
  });
}

function take(
  { term, space }: Place,
  spec: ReturnType<typeof profileFromProto>,
  wanted: ReadonlySet<number> | undefined,
  skip: number,
  limit: number,
): number[] {
  const serials: number[] = [];
  let passed = 0;
  for (const slot of claimable(term.clock.now(), space, space.profileFor(spec))) {
    const serial = space.table.serial[slot] as number;
    if (wanted && !wanted.has(serial)) continue;
    if (passed++ < skip) continue;
    serials.push(serial);
    if (serials.length === limit) break;
  }
  return serials;
}

async function readJobs(
  { term, space, ids }: Place,
  serials: readonly number[],
  view: JobView,
  budget: number,
): Promise<Job[]> {
  const payloads = view === JobView.PAYLOADS || view === JobView.FULL;
  const jobs: Job[] = [];
  let bytes = 0;
  for (let at = 0; at < serials.length; at += 50) {
    for (const record of await readRecords(term.pool, space, serials.slice(at, at + 50), payloads)) {
      const job = jobToProto(record, ids, view);
      bytes += 500 + (job.spec?.input?.data.byteLength ?? 0);
      if (jobs.length > 0 && bytes > budget) return jobs;
      jobs.push(job);
    }
  }
  return jobs;
}
