import { create } from "@bufbuild/protobuf";
import {
  type Attempt,
  AttemptSchema,
  AttemptState,
  type Lease,
  type Outcome,
  Outcome_Kind,
  OutcomeSchema,
  type Progress,
  ProgressSchema,
  type Revocation,
  Revocation_Reason,
  RevocationSchema,
} from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { HoldMode } from "@switchyard/proto/switchyard/scheduler/v1/policy_pb";
import type { AttemptProgress, LiveAttempt, Revoked } from "../domain/core/model.js";
import type { JobBody } from "../domain/core/writes.js";
import type { StoredEnd } from "../domain/reads/stored-job.js";
import type { JobIdCodec } from "../ids/job-id.js";
import { decodeProgress } from "../store/progress-text.js";
import { factsToProto } from "./outcome-facts.js";
import { defined } from "./policy-to-proto.js";
import { durationOf, extrasOf, timestampFromMicros, timestampOf } from "./stored-values.js";

const time = (ms: number) => (ms > 0 ? timestampOf(ms) : undefined);

/** Shows an attempt that has ended. */
export function attemptFromEnd(serial: number, end: StoredEnd, ids: JobIdCodec): Attempt {
  const progress = decodeProgress(end.progress);
  return create(AttemptSchema, {
    id: ids.encode({ serial, reopen: end.reopen, attempt: end.attempt }),
    number: end.attempt,
    reopen: end.reopen,
    state: end.attemptState ? AttemptState[end.attemptState] : AttemptState.UNSPECIFIED,
    runnerId: end.runnerId,
    ...defined("claimTime", time(end.claimedAt)),
    ...defined("startTime", time(end.startedAt)),
    endTime: timestampOf(end.endedAt),
    ...(end.claimInfo && { claimInfo: end.claimInfo }),
    ...(progress && { progress: progressToProto(progress) }),
    ...(end.kind && { outcome: outcomeFromEnd(end) }),
    endedBy: end.endedBy,
  });
}

/** Shows an attempt that is held. A literal, since lists of what runs have one for each job. */
export function attemptFromLive(attempt: LiveAttempt, ids: JobIdCodec): Attempt {
  const { job, number, runner, claimInfo, progress } = attempt;
  // A start that is not durable yet has happened for nobody.
  const startedAt = job.standing === "started" ? attempt.startedAt : 0;
  return {
    $typeName: "switchyard.scheduler.v1.Attempt",
    id: ids.encode({ serial: job.serial, reopen: job.reopen, attempt: number }),
    number,
    reopen: job.reopen,
    state: startedAt > 0 ? AttemptState.STARTED : AttemptState.CLAIMED,
    runnerId: runner.id,
    claimTime: timestampOf(attempt.claimedAt),
    ...defined("startTime", time(startedAt)),
    ...(!attempt.holdByRunner && { leaseExpireTime: timestampOf(attempt.leaseUntil) }),
    ...defined("executionDeadline", time(attempt.executionDeadline)),
    claimInfo: claimInfo ?? noBytes,
    ...(progress && { progress: progressToProto(progress) }),
    endedBy: "",
  };
}

function outcomeFromEnd(end: StoredEnd): Outcome {
  return create(OutcomeSchema, {
    kind: end.kind ? Outcome_Kind[end.kind] : Outcome_Kind.UNSPECIFIED,
    ...(end.result && { result: { data: end.result, contentType: end.resultType } }),
    message: end.message,
    retryable: end.retryable,
    ...factsToProto(end.facts),
  });
}

/** Shows progress. */
export function progressToProto({ current, total, message, steps, detail, at }: AttemptProgress): Progress {
  return create(ProgressSchema, {
    ...defined("current", current),
    ...defined("total", total),
    ...defined("message", message),
    steps: steps.map(({ name, status, message: words, at: when }) => ({
      name,
      status,
      message: words,
      time: timestampOf(when),
    })),
    ...defined("detail", detail),
    updateTime: timestampOf(at),
  });
}

/** Hands an attempt out, with all that its runner needs. A literal, since every job that runs has one. */
export function leaseToProto(attempt: LiveAttempt, body: JobBody, ids: JobIdCodec, now: number): Lease {
  const { job, number, runner, executionDeadline } = attempt;
  const { serial, reopen, shape, space, kind } = job;
  const extras = body.extras || body.replaced ? extrasOf(body) : undefined;
  const leaseUntil = attempt.holdByRunner ? runner.presentUntil : attempt.leaseUntil;
  const lease: Lease = {
    $typeName: "switchyard.scheduler.v1.Lease",
    namespace: space.name,
    jobId: ids.encodeJob(serial),
    attempt: number,
    attemptId: ids.encode({ serial, reopen, attempt: number }),
    runnerId: runner.id,
    kind,
    queue: shape.queue,
    subject: body.subject,
    labels: extras?.labels ?? noLabels,
    input: { $typeName: "switchyard.common.v1.Payload", data: body.input ?? noBytes, contentType: body.contentType },
    timeToLive: timeToLive(Math.max(0, leaseUntil - now)),
    hold: attempt.holdByRunner ? HoldMode.RUNNER : HoldMode.ATTEMPT,
    secretNames: extras?.secretNames ?? noNames,
    resumeFrom: extras?.resumeFrom ?? "",
    stopGrace: stopGrace(shape.policy.stopGraceMs),
    serial: BigInt(serial),
    createTime: createTime(job.createdMicros),
    claimTime: claimTime(attempt.claimedAt),
    traceParent: extras?.traceParent ?? "",
  };
  if (executionDeadline > 0) lease.executionTimeLeft = executionTimeLeft(Math.max(0, executionDeadline - now));
  return lease;
}

const noBytes = new Uint8Array();
// Shared by all leases, as everything in a message may be.
const noLabels: Record<string, string> = Object.freeze({});
const noNames: string[] = [];

/** Jobs that are handed out together have times in common: each is made once for those in a row. */
function shared<T>(make: (time: number) => T): (time: number) => T {
  let of: number | undefined;
  let made: T;
  return (time) => {
    if (time !== of) {
      of = time;
      made = make(time);
    }
    return made;
  };
}

const timeToLive = shared(durationOf);
const executionTimeLeft = shared(durationOf);
const stopGrace = shared(durationOf);
const createTime = shared(timestampFromMicros);
const claimTime = shared(timestampOf);

/** Tells what was taken from a runner. */
export function revocationToProto({ serial, attempt, reason, at }: Revoked, ids: JobIdCodec): Revocation {
  return create(RevocationSchema, {
    jobId: ids.encodeJob(serial),
    attempt,
    reason: Revocation_Reason[reason],
    time: timestampOf(at),
  });
}
