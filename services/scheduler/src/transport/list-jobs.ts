import { create } from "@bufbuild/protobuf";
import {
  ListJobsResponseSchema,
  type ListJobsRequest,
  type ListJobsResponse,
  ListOrder,
} from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import type { Directory } from "../domain/directory.js";
import { countMatches } from "../domain/reads/count-matches.js";
import { listPage } from "../domain/reads/list-serials.js";
import type { JobListOrder } from "../store/list-jobs.js";
import { decodePageToken, encodePageToken, invalid, pageSizeField } from "./fields.js";
import { readPage } from "./job-page.js";
import { filterFromProto, filterText } from "./job-filter.js";
import { listByLabels } from "./list-by-labels.js";
import { listInClaimOrder } from "./list-in-claim-order.js";
import { defined } from "./policy-to-proto.js";

const orders: Partial<Record<ListOrder, JobListOrder>> = {
  [ListOrder.UNSPECIFIED]: "newest",
  [ListOrder.NEWEST]: "newest",
  [ListOrder.OLDEST]: "oldest",
  [ListOrder.START_TIME_DESC]: "start-desc",
  [ListOrder.START_TIME_ASC]: "start-asc",
  [ListOrder.END_TIME_DESC]: "end-desc",
  [ListOrder.END_TIME_ASC]: "end-asc",
  [ListOrder.UPDATE_TIME_DESC]: "update-desc",
  [ListOrder.UPDATE_TIME_ASC]: "update-asc",
};

/** Lists jobs. Pages are keyset pages for the two orders by creation and offset pages for the others. */
export async function listJobs(directory: Directory, request: ListJobsRequest): Promise<ListJobsResponse> {
  const pageSize = pageSizeField(request.pageSize, 100, 1_000);
  const place = await directory.find(request.namespace);
  if (!place) return create(ListJobsResponseSchema);
  if (request.orderBy === ListOrder.CLAIM_ORDER) return listInClaimOrder(place, request, pageSize);
  const order = orders[request.orderBy];
  if (!order) throw invalid("order_by", `${request.orderBy} is no order`);
  const filter = filterFromProto(place, request.filter);
  if (filter.labels) return listByLabels(place, request, filter, order, pageSize);
  const query = JSON.stringify([request.namespace, filterText(request.filter), order]);
  const keyset = order === "newest" || order === "oldest";
  const position = decodePageToken(query, request.pageToken);
  const offset = position === undefined ? request.skip : keyset ? 0 : position;
  const cursor = keyset ? position : undefined;
  const total = request.wantTotal ? await countMatches(place.term, place.space, filter) : undefined;
  // Where nothing can be found, nothing is looked for: of a state that hardly any job is in, say, among millions.
  if (total !== undefined && total <= offset && cursor === undefined)
    return create(ListJobsResponseSchema, { total: BigInt(total) });
  const serials = await listPage(place.term, place.space, filter, {
    order,
    limit: pageSize + 1,
    offset,
    ...defined("cursor", cursor),
  });
  const { jobs, covered } = await readPage(place, serials.slice(0, pageSize), request.view);
  // What has gone on since the rows were chosen is left out: a page may be shorter, and never shows what was not asked for.
  const states = request.filter?.states ?? [];
  const shown = states.length > 0 ? jobs.filter(({ state }) => states.includes(state)) : jobs;
  const last = serials[covered - 1];
  return create(ListJobsResponseSchema, {
    jobs: shown,
    nextPageToken: last && covered < serials.length ? encodePageToken(query, keyset ? last : offset + covered) : "",
    total: BigInt(total ?? 0),
  });
}
