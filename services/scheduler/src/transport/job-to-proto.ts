import { EndReason, type Job, type JobSpec, JobState, JobView } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { type JobRecord, reopenCount } from "../domain/reads/job-record.js";
import type { JobIdCodec } from "../ids/job-id.js";
import { attemptFromEnd, attemptFromLive } from "./attempt-to-proto.js";
import { extrasOf, timestampFromMicros, timestampOf } from "./stored-values.js";
import { defined, policyToProto } from "./policy-to-proto.js";

/** Shows a job as far as the view goes. A literal, since lists have a thousand. */
export function jobToProto(record: JobRecord, ids: JobIdCodec, view: JobView): Job {
  const { space, stored, open, finalEnd } = record;
  const { serial } = stored;
  const reopen = reopenCount(record);
  const attempts = attemptsOf(record, ids);
  const lastAttempt = attempts.at(-1);
  const waitsUntil = open && open.readyAt > 0 ? open.readyAt : 0;
  return {
    $typeName: "switchyard.scheduler.v1.Job",
    id: ids.encodeJob(serial),
    shortId: ids.encodeShort(serial, reopen),
    namespace: space.name,
    serial: BigInt(serial),
    spec: specOf(record, view),
    state: JobState[record.state],
    endReason: finalEnd === undefined || finalEnd.reason === "" ? EndReason.UNSPECIFIED : EndReason[finalEnd.reason],
    endMessage: finalEnd?.message ?? "",
    endActor: finalEnd?.actor ?? "",
    ...(finalEnd && { endTime: timestampOf(finalEnd.endedAt) }),
    attemptCount: lastAttempt?.number ?? 0,
    countedAttempts: open?.counted ?? countedAttempts(record),
    ...defined("lastAttempt", lastAttempt),
    attempts: view === JobView.FULL ? attempts : [],
    createTime: timestampFromMicros(stored.createdMicros),
    updateTime: timestampOf(updatedAt(record)),
    ...(waitsUntil > 0 && { readyTime: timestampOf(waitsUntil) }),
    cancelRequested: open?.live?.cancelRequested?.isDurable === true,
    reopenCount: reopen,
    revision: BigInt(Math.max(stored.revision, open?.revision ?? 1)),
    openParents: open?.parents.length ?? 0,
    dismissed: stored.dismissed,
  };
}

/** Failures and losses since the job was opened last, as `budget.ts` counts them. */
function countedAttempts(record: JobRecord): number {
  const { ignoreLostBeforeStart } = record.shape.policy;
  return record.ends.filter(
    ({ reopen, attemptState, startedAt }) =>
      reopen === reopenCount(record) &&
      (attemptState === "FAILED" || (attemptState === "LOST" && (startedAt > 0 || !ignoreLostBeforeStart))),
  ).length;
}

function specOf({ shape, stored, open }: JobRecord, view: JobView): JobSpec {
  const payloads = view === JobView.PAYLOADS || view === JobView.FULL;
  const spec = extrasOf(stored);
  spec.queue = shape.queue;
  spec.kind = stored.kind;
  spec.subject = stored.subject;
  spec.requiredLabels = Object.fromEntries(shape.requiredLabels);
  spec.laneLabels = Object.fromEntries(shape.laneLabels);
  spec.policies = policyToProto(shape.policy);
  if (payloads && (stored.input || stored.contentType)) {
    const { input: data, contentType } = stored;
    spec.input = { $typeName: "switchyard.common.v1.Payload", data: data ?? new Uint8Array(), contentType };
  }
  if (!payloads) spec.clientData = new Uint8Array();
  const { rankClass, rank, weight } = open ?? stored;
  spec.order = {
    $typeName: "switchyard.scheduler.v1.JobOrder",
    rankClass,
    rankBy: { case: "rank", value: rank },
    weight,
  };
  return spec;
}

function attemptsOf(record: JobRecord, ids: JobIdCodec) {
  const { stored, ends, open, finalEnd } = record;
  const ended = ends
    .filter((end) => end.attemptState !== undefined)
    .map((end) => attemptFromEnd(stored.serial, end, ids));
  // A claim that is not durable yet has happened for nobody.
  const live = finalEnd || open?.phase === "claiming" || open?.phase === "admitting" ? undefined : open?.live;
  if (live) ended.push(attemptFromLive(live, ids));
  return ended;
}

function updatedAt({ stored, ends, open }: JobRecord): number {
  const live = open?.live;
  const last = ends.at(-1);
  return Math.max(
    Math.floor(stored.createdMicros / 1_000),
    last?.endedAt ?? 0,
    live?.claimedAt ?? 0,
    live?.startedAt ?? 0,
    live?.progress?.at ?? 0,
  );
}
