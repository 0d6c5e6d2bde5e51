import { create } from "@bufbuild/protobuf";
import {
  type Limit,
  LimitSchema,
  type ListLimitsRequest,
  type ListLimitsResponse,
  ListLimitsResponseSchema,
  type SetLimitsRequest,
  type SetLimitsResponse,
  SetLimitsResponseSchema,
} from "@switchyard/proto/switchyard/scheduler/v1/queue_service_pb";
import type { LimitKey, LimitSpec } from "../domain/core/limit-key.js";
import type { Directory, Place } from "../domain/directory.js";
import { steerLimits } from "../domain/shard/steer-shard.js";
import { checkName, checkRange, decodePageToken, encodePageToken, invalid, pageSizeField } from "./fields.js";

/** Sets limits of concurrency and rate keys. */
export async function setLimits(directory: Directory, request: SetLimitsRequest): Promise<SetLimitsResponse> {
  const { namespace, limits } = request;
  if (limits.length > 1_000) throw invalid("limits", "at most 1000 can be set at once");
  const wanted = new Map(limits.map((limit) => [checkName("limits.key", limit.key, 1, 255), specFromProto(limit)]));
  const place = await directory.open(namespace);
  await steerLimits(
    place.term,
    place.space,
    [...wanted].map(([key, spec]) => ({ key, spec })),
  );
  return create(SetLimitsResponseSchema, { limits: [...wanted.keys()].map((key) => limitToProto(place, key)) });
}

/** Lists limits by key, with their present use. */
export async function listLimits(directory: Directory, request: ListLimitsRequest): Promise<ListLimitsResponse> {
  const pageSize = pageSizeField(request.pageSize, 100, 1_000);
  const place = await directory.find(request.namespace);
  if (!place) return create(ListLimitsResponseSchema);
  const from = decodePageToken(request.namespace, request.pageToken) ?? 0;
  const keys = [...place.space.limits.limits.keys()].sort();
  const more = keys.length > from + pageSize;
  return create(ListLimitsResponseSchema, {
    limits: keys.slice(from, from + pageSize).map((key) => limitToProto(place, key)),
    nextPageToken: more ? encodePageToken(request.namespace, from + pageSize) : "",
  });
}

function specFromProto({ seats, ratePerSecond, burst }: Limit): LimitSpec {
  return {
    seats,
    ratePerSecond:
      ratePerSecond === undefined ? undefined : checkRange("limits.rate_per_second", ratePerSecond, 0, 1_000_000),
    burst: checkRange("limits.burst", burst || 1, 1, 1_000_000),
  };
}

/** The default of many keys shows no use of its own. */
function limitToProto({ space, term }: Place, name: string): Limit {
  const spec = space.limits.limits.get(name);
  const now = term.clock.now();
  const seats = space.limits.find("concurrency", name);
  const rate = space.limits.find("rate", name);
  return create(LimitSchema, {
    key: name,
    ...(spec?.seats !== undefined && { seats: spec.seats }),
    ...(spec?.ratePerSecond !== undefined && { ratePerSecond: spec.ratePerSecond }),
    burst: spec?.burst ?? 0,
    seatsUsed: seats?.holders.size ?? 0,
    tokens: rate?.level(now) ?? (spec?.ratePerSecond === undefined ? 0 : spec.burst),
    waiting: BigInt(waitingFor(seats) + waitingFor(rate)),
  });
}

function waitingFor(key: LimitKey | undefined): number {
  let waiting = 0;
  for (const { groups } of key?.buckets ?? []) for (const { jobs } of groups) waiting += jobs.size;
  return waiting;
}
