import { toJsonString } from "@bufbuild/protobuf";
import { timestampMs } from "@bufbuild/protobuf/wkt";
import { type JobFilter, JobFilterSchema } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import { openState } from "../domain/core/core-event.js";
import type { Namespace } from "../domain/core/namespace.js";
import { decodeId, type Place } from "../domain/directory.js";
import type { JobListFilter } from "../store/list-jobs.js";
import { canonicalJson } from "./canonical-json.js";
import { defined } from "./policy-to-proto.js";
import { stateFromProto } from "./states.js";

/** Checks and translates a filter. */
export function filterFromProto({ space, ids }: Place, filter: JobFilter | undefined): JobListFilter {
  if (!filter) return {};
  const states = filter.states.map(stateFromProto);
  const serials = filter.jobIds.map((id) => decodeId(ids, id).serial);
  const micros = (field: JobFilter["createdAfter"]) => (field ? timestampMs(field) * 1_000 : undefined);
  const waits = states.some((state) => state === "QUEUED" || state === "SCHEDULED" || state === "BLOCKED");
  const resumeFrom = filter.resumeFrom === "" ? undefined : decodeId(ids, filter.resumeFrom).serial;
  const labels = Object.keys(filter.labels).length > 0 ? filter.labels : undefined;
  return {
    ...(states.length > 0 && { states }),
    ...(waits && asideSerials(space)),
    ...defined("resumeFrom", resumeFrom),
    ...defined("labels", labels),
    ...(filter.deadLetters && { deadLetters: true }),
    ...defined("started", filter.started),
    ...(filter.queue !== "" && {
      shapes: [...space.shapes.all()].filter(({ queue }) => queue === filter.queue).map(({ id }) => id),
    }),
    ...(filter.kinds.length > 0 && { kinds: filter.kinds }),
    ...(filter.subject !== "" && { subject: filter.subject }),
    ...(filter.runnerId !== "" && { runner: filter.runnerId }),
    ...defined("createdFromMicros", micros(filter.createdAfter)),
    ...defined("createdBeforeMicros", micros(filter.createdBefore)),
    ...(filter.afterSerial > 0n && { afterSerial: Number(filter.afterSerial) }),
    ...(serials.length > 0 && { serials }),
  };
}

/** Text that is equal for equal filters: a page token holds for one filter only. */
export function filterText(filter: JobFilter | undefined): string {
  return filter ? (canonicalJson(Buffer.from(toJsonString(JobFilterSchema, filter))) ?? "") : "";
}

/** Rows know the three waiting states as one; memory says which jobs are blocked or scheduled. */
function asideSerials(space: Namespace): Pick<JobListFilter, "blocked" | "scheduled"> {
  const blocked: number[] = [];
  const scheduled: number[] = [];
  for (const job of space.objects()) {
    const state = openState(job);
    if (state === "BLOCKED") blocked.push(job.serial);
    if (state === "SCHEDULED") scheduled.push(job.serial);
  }
  return { blocked, scheduled };
}
