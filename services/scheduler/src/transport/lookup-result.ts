import { create } from "@bufbuild/protobuf";
import { SwitchyardError } from "@switchyard/errors";
import { JobView } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import {
  type LookupResultRequest,
  type LookupResultResponse,
  LookupResultResponseSchema,
} from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import { ReuseState } from "@switchyard/proto/switchyard/scheduler/v1/policy_pb";
import { findStandIn, type StandIn } from "../domain/core/reuse.js";
import type { Directory, Place } from "../domain/directory.js";
import { readFacts } from "../domain/reads/ended-facts.js";
import { readRecords } from "../domain/reads/job-record.js";
import { checkName, durationField, invalid } from "./fields.js";
import { jobToProto } from "./job-to-proto.js";
import { reuseKeyOf, reuseStates } from "./reuse-from-proto.js";

/** Returns the job that stands for a re-use key. */
export async function lookupResult(directory: Directory, request: LookupResultRequest): Promise<LookupResultResponse> {
  const key = keyOf(request);
  const { active, states } = reuseStates(request.states.length > 0 ? request.states : [ReuseState.SUCCEEDED]);
  const maxAgeMs = durationField("max_age", request.maxAge, undefined, 0, 100 * 365 * 86_400_000);
  const endedSince = maxAgeMs === undefined ? 0 : directory.now() - maxAgeMs;
  const place = await directory.find(request.namespace);
  const found = place && (await find(place, { key, active, states, endedSince, onConflict: "RETURN" }));
  const payloads = request.view === JobView.PAYLOADS || request.view === JobView.FULL;
  const [record] = place && found ? await readRecords(place.term, place.space, [found.serial], payloads) : [];
  if (!place || !record) throw new SwitchyardError("RESULT_NOT_FOUND", "no job stands for this key", { key });
  return create(LookupResultResponseSchema, { job: jobToProto(record, place.ids, request.view), key });
}

/** A job that is being admitted, or opened again, is there once it is durable. */
async function find({ term, space }: Place, request: Parameters<typeof findStandIn>[1]): Promise<StandIn | undefined> {
  for (;;) {
    const { facts, close } = await readFacts(term.store, space, { serials: new Set(), keys: new Set([request.key]) });
    try {
      term.assertValid();
      const found = findStandIn(space, request, facts());
      if (found?.job?.phase !== "admitting" || !found.job.pending) return found;
      await term.write(found.job.pending);
    } finally {
      close();
    }
  }
}

function keyOf({ by }: LookupResultRequest): string {
  if (by.case === "key") return checkName("key", by.value, 1, 512);
  if (by.case === "spec") return reuseKeyOf(by.value);
  throw invalid("by", "name a key or a job");
}
