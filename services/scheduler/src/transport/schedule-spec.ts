import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { type JobSpec, JobSpecSchema } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { SubmitItemSchema } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import type { JobRequest } from "../domain/core/admit.js";
import { invalid } from "./fields.js";
import { requestFromProto, type SpecContext } from "./spec-from-proto.js";

/** Labels by which a job tells its schedule, and its tick as an ISO time in UTC. */
const scheduleLabel = "schedule";
const tickLabel = "scheduled_time";

/** Checks the spec of a schedule as if the job of a tick were submitted now, and returns it as it is stored. @throws as a submit does. */
export function encodeSpec(spec: JobSpec | undefined, schedule: string, context: SpecContext): Uint8Array {
  for (const label of [scheduleLabel, tickLabel])
    if (spec && label in spec.labels) throw invalid(`labels.${label}`, "is set by the schedule at each tick");
  tickRequest(spec, schedule, 0, context);
  return spec ? toBinary(JobSpecSchema, spec) : new Uint8Array();
}

/** Reads a stored spec. */
export function decodeSpec(spec: Uint8Array): JobSpec {
  return fromBinary(JobSpecSchema, spec);
}

/** Makes the job of one tick (ms) from a stored spec. Sizes were checked when the schedule was made, and may have been limited otherwise since. */
export function requestFromTick(
  spec: Uint8Array,
  schedule: string,
  tick: number,
  context: Omit<SpecContext, "limits">,
): JobRequest {
  const limits = { inputBytes: Number.POSITIVE_INFINITY };
  return tickRequest(decodeSpec(spec), schedule, tick, { ...context, limits });
}

function tickRequest(spec: JobSpec | undefined, schedule: string, tick: number, context: SpecContext): JobRequest {
  const item = create(SubmitItemSchema);
  if (spec) {
    const time = new Date(tick).toISOString().replace(".000Z", "Z");
    const labels = { ...spec.labels, [scheduleLabel]: schedule, [tickLabel]: time };
    // All ticks would be one trace, for ever.
    item.spec = { ...spec, labels, traceParent: "" };
  }
  return requestFromProto(item, context);
}
