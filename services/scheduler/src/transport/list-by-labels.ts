import { create } from "@bufbuild/protobuf";
import {
  ListJobsResponseSchema,
  type ListJobsRequest,
  type ListJobsResponse,
} from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import type { Place } from "../domain/directory.js";
import { readRecords } from "../domain/reads/job-record.js";
import { type JobListFilter, type JobListOrder, listSerials } from "../store/list-jobs.js";
import { decodePageToken, encodePageToken, invalid } from "./fields.js";
import { readPage } from "./job-page.js";
import { extrasOf } from "./stored-values.js";

/** Jobs looked at per step, and per page at most: a page may be short, or even empty, and still have a next one. */
const step = 500;
const maxLooked = 20_000;

/** Lists jobs by labels, which have no index: walks what the rest of the filter leaves. */
export async function listByLabels(
  place: Place,
  request: ListJobsRequest,
  filter: JobListFilter,
  order: JobListOrder,
  pageSize: number,
): Promise<ListJobsResponse> {
  if (request.wantTotal) throw invalid("want_total", "can't be had together with labels");
  const { blocked: _, scheduled: __, ...stable } = filter;
  const query = JSON.stringify([request.namespace, stable, order]);
  const keyset = order === "newest" || order === "oldest";
  const position = decodePageToken(query, request.pageToken);
  const from = keyset ? { ...(position !== undefined && { cursor: position }) } : { offset: position ?? 0 };
  let toSkip = position === undefined ? request.skip : 0;
  const serials: number[] = [];
  let next = 0;
  let looked = 0;
  for await (const { matches, last, offset } of walkByLabels(place, filter, order, from)) {
    const wanted = matches.slice(toSkip);
    toSkip -= matches.length - wanted.length;
    serials.push(...wanted);
    looked += step;
    next = keyset ? last : offset;
    if (serials.length >= pageSize || looked >= maxLooked) break;
    next = 0;
  }
  const jobs = await readPage(place, serials.slice(0, pageSize), request.view);
  // A page that ends within a step goes on behind its last job.
  const cut = jobs.length < serials.length;
  const behind = keyset && cut ? (serials[jobs.length - 1] ?? 0) : next;
  return create(ListJobsResponseSchema, { jobs, nextPageToken: behind > 0 ? encodePageToken(query, behind) : "" });
}

/** Steps over the jobs of a filter, with those that have its labels. */
export async function* walkByLabels(
  { term, space }: Place,
  filter: JobListFilter,
  order: JobListOrder,
  from: { readonly cursor?: number; readonly offset?: number },
): AsyncGenerator<{ readonly matches: number[]; readonly last: number; readonly offset: number }> {
  const keyset = order === "newest" || order === "oldest";
  let { cursor, offset = 0 } = from;
  for (;;) {
    const page = { order, limit: step, offset: keyset ? 0 : offset, ...(cursor !== undefined && { cursor }) };
    const serials = await listSerials(term.pool, space.id, filter, page);
    const records = await readRecords(term.pool, space, serials, false);
    const matches = records
      .filter(({ stored }) => hasLabels(stored.extras, filter.labels ?? {}))
      .map(({ stored }) => stored.serial);
    cursor = keyset ? serials.at(-1) : undefined;
    offset += serials.length;
    yield { matches, last: serials.at(-1) ?? 0, offset };
    if (serials.length < step) return;
  }
}

function hasLabels(extras: Uint8Array | undefined, wanted: Readonly<Record<string, string>>): boolean {
  if (!extras) return false;
  const { labels } = extrasOf(extras);
  return Object.entries(wanted).every(([name, value]) => labels[name] === value);
}
