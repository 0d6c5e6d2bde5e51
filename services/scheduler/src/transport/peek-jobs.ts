import { create } from "@bufbuild/protobuf";
import {
  type PeekJobsRequest,
  type PeekJobsResponse,
  PeekJobsResponseSchema,
} from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import { compareOrder } from "../domain/core/order.js";
import { claimable } from "../domain/core/peek.js";
import { profileKey, type ProfileSpec } from "../domain/core/profile.js";
import type { Directory, Place } from "../domain/directory.js";
import { checkRange } from "./fields.js";
import { readPage } from "./job-page.js";
import { decodePlaceToken, encodePlaceToken, type PlaceCursor } from "./place-token.js";
import { profileFromProto } from "./profile-from-proto.js";
import { subjectSerials } from "../domain/reads/subject-serials.js";

const defaultBytes = 2 * 1_024 * 1_024;
const maxBytes = 3 * 1_024 * 1_024;

/** Lists what a runner could claim now, in claim order; reserves nothing. A page goes on behind the place of the last job. */
export async function peekJobs(directory: Directory, request: PeekJobsRequest): Promise<PeekJobsResponse> {
  const limit = checkRange("limit", request.limit || 1, 1, 1_000);
  const budget = Math.min(request.byteBudget || defaultBytes, maxBytes);
  const spec = profileFromProto(request.profile);
  const place = await directory.find(request.namespace);
  if (!place) return create(PeekJobsResponseSchema);
  const subject = request.profile?.subject ?? "";
  const query = JSON.stringify([request.namespace, profileKey(spec), subject]);
  const after = decodePlaceToken(query, request.pageToken);
  const wanted = subject === "" ? undefined : new Set(await subjectSerials(place.term.pool, place.space, subject));
  const found = take(place, spec, wanted, after, limit + 1);
  const serials = found.slice(0, limit).map(({ serial }) => serial);
  const { jobs, covered } = await readPage(place, serials, request.view, budget);
  const last = found[covered - 1];
  return create(PeekJobsResponseSchema, {
    jobs,
    nextPageToken: last && covered < found.length ? encodePlaceToken(query, last) : "",
  });
}

function take(
  { term, space }: Place,
  spec: ProfileSpec,
  wanted: ReadonlySet<number> | undefined,
  after: PlaceCursor | undefined,
  limit: number,
): PlaceCursor[] {
  term.assertValid();
  const found: PlaceCursor[] = [];
  for (const slot of claimable(term.clock.now(), space, space.profileFor(spec))) {
    const { rankClass, rank, serial } = space.at(slot);
    if ((wanted && !wanted.has(serial)) || (after && compareOrder({ rankClass, rank, serial }, after) <= 0)) continue;
    found.push({ rankClass, rank, serial });
    if (found.length === limit) break;
  }
  return found;
}
