import { create } from "@bufbuild/protobuf";
import {
  ListJobsResponseSchema,
  type ListJobsRequest,
  type ListJobsResponse,
} from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import type { Place } from "../domain/directory.js";
import { readRecords } from "../domain/reads/job-record.js";
import type { StoredJob } from "../domain/reads/stored-job.js";
import { listPage } from "../domain/reads/list-serials.js";
import type { JobListFilter, JobListOrder } from "../store/list-jobs.js";
import { decodePageToken, encodePageToken, invalid } from "./fields.js";
import { filterText } from "./job-filter.js";
import { readPage } from "./job-page.js";
import { extrasOf } from "./stored-values.js";

/** Jobs looked at per step, and per page at most: a page may be short, or even empty, and still have a next one. */
const step = 500;
const maxLooked = 20_000;

/** A job that has the labels, and where a page goes on behind it. */
interface Match {
  readonly serial: number;
  readonly behind: number;
}

/** Lists jobs by labels, which have no index: walks what the rest of the filter leaves. */
export async function listByLabels(
  place: Place,
  request: ListJobsRequest,
  filter: JobListFilter,
  order: JobListOrder,
  pageSize: number,
): Promise<ListJobsResponse> {
  if (request.wantTotal) throw invalid("want_total", "can't be had together with labels");
  const query = JSON.stringify([request.namespace, filterText(request.filter), order]);
  const position = decodePageToken(query, request.pageToken);
  let toSkip = position === undefined ? request.skip : 0;
  const found: Match[] = [];
  let looked = 0;
  // Where the walk stopped; undefined at its end.
  let behind: number | undefined;
  for await (const { matches, next } of walkByLabels(place, filter, order, position)) {
    const wanted = matches.slice(toSkip);
    toSkip -= matches.length - wanted.length;
    found.push(...wanted);
    looked += step;
    behind = next;
    if (found.length > pageSize || looked >= maxLooked) break;
  }
  const serials = found.slice(0, pageSize).map(({ serial }) => serial);
  const { jobs, covered } = await readPage(place, serials, request.view);
  // A page that is full goes on behind its last job.
  if (covered < found.length) behind = found[covered - 1]?.behind;
  const nextPageToken = behind === undefined ? "" : encodePageToken(query, behind);
  return create(ListJobsResponseSchema, { jobs, nextPageToken });
}

/** Steps over the jobs of a filter, with those that have its labels. `next` is where another walk goes on; undefined at the end. */
export async function* walkByLabels(
  { term, space }: Place,
  filter: JobListFilter,
  order: JobListOrder,
  from: number | undefined,
): AsyncGenerator<{ readonly matches: Match[]; readonly next: number | undefined }> {
  const keyset = order === "newest" || order === "oldest";
  let next = from;
  do {
    const offset = keyset ? 0 : (next ?? 0);
    const cursor = keyset && next !== undefined ? { cursor: next } : {};
    const serials = await listPage(term, space, filter, { order, limit: step, offset, ...cursor });
    const behind = new Map(serials.map((serial, i) => [serial, keyset ? serial : offset + i + 1]));
    const records = await readRecords(term, space, serials, false);
    const labelled = records.filter(({ stored }) => hasLabels(stored, filter.labels ?? {}));
    const matches = labelled.map(({ stored: { serial } }) => ({ serial, behind: behind.get(serial) ?? 0 }));
    next = serials.length < step ? undefined : behind.get(serials.at(-1) ?? 0);
    yield { matches, next };
  } while (next !== undefined);
}

function hasLabels(stored: StoredJob, wanted: Readonly<Record<string, string>>): boolean {
  const { labels } = extrasOf(stored);
  return Object.entries(wanted).every(([name, value]) => labels[name] === value);
}
