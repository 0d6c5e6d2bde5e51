import { create } from "@bufbuild/protobuf";
import { durationFromMs } from "@bufbuild/protobuf/wkt";
import { SwitchyardError } from "@switchyard/errors";
import { ErrorReason } from "@switchyard/proto/switchyard/common/v1/errors_pb";
import type { AttemptRef } from "@switchyard/proto/switchyard/common/v1/attempt_ref_pb";
import {
  type LeaseStatus,
  LeaseStatusSchema,
  type RenewLeasesRequest,
  type RenewLeasesResponse,
  RenewLeasesResponseSchema,
  type RunnerRenewal,
  type RunnerRenewalResult,
  RunnerRenewalResultSchema,
} from "@switchyard/proto/switchyard/scheduler/v1/dispatch_service_pb";
import { Revocation_Reason } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { leave, renewLease } from "../domain/core/hold.js";
import type { LiveAttempt, RunnerPresence } from "../domain/core/model.js";
import { touchPresence } from "../domain/core/presence.js";
import { decodeId, type Directory, type Place } from "../domain/directory.js";
import { findHeld } from "../domain/reads/find-held.js";
import { RecordReads } from "../domain/reads/record-reads.js";
import type { ReportVerdict } from "../domain/reads/refusal.js";
import { leaseToProto, revocationToProto } from "./attempt-to-proto.js";
import { attemptName } from "./attempt-name.js";
import { timestampOf } from "./stored-values.js";
import { checkName, durationField } from "./fields.js";

const week = 7 * 86_400_000;

/** Renews presence and leases of many runners. */
export async function renewLeases(
  directory: Directory,
  { renewals }: RenewLeasesRequest,
): Promise<RenewLeasesResponse> {
  const reads = new RecordReads();
  const results = await Promise.all(
    renewals.map(async (renewal) => renewRunner(await directory.open(renewal.namespace), reads, renewal)),
  );
  return create(RenewLeasesResponseSchema, { results });
}

async function renewRunner(place: Place, reads: RecordReads, renewal: RunnerRenewal): Promise<RunnerRenewalResult> {
  const { term, space, ids } = place;
  const presenceMs = durationField("presence", renewal.presence, undefined, 1_000, week);
  const leaseMs = durationField("lease", renewal.lease, undefined, 1_000, week);
  const runner = renewal.runnerId === "" ? undefined : space.runner(checkName("runner_id", renewal.runnerId, 1, 255));
  term.assertValid();
  if (runner && presenceMs !== undefined) touchPresence(term.state, term.clock.now(), runner, presenceMs);
  const statuses = await Promise.all(
    renewal.attempts.map((ref) => renewAttempt(place, reads, renewal.runnerId, ref, leaseMs)),
  );
  if (runner && renewal.renewHeld) {
    for (const attempt of runner.held) renewLease(term.clock.now(), attempt, leaseMs ?? attempt.leaseMs);
    term.watcher.leasesRenewed(runner.held.size);
  }
  if (runner && renewal.leave) await leaveNow(place, runner);
  const held = runner ? [...runner.held].filter(({ job }) => job.phase !== "claiming") : [];
  return create(RunnerRenewalResultSchema, {
    statuses,
    unnamed: renewal.complete ? await unnamedLeases(place, held, statuses) : [],
    revoked: runner && renewal.wantRevoked ? runner.revoked.map((revoked) => revocationToProto(revoked, ids)) : [],
    held: held.map((attempt) => ({
      jobId: ids.encodeJob(attempt.job.serial),
      attempt: attempt.number,
      ...(renewal.describeHeld ? describeHeld(attempt) : {}),
    })),
  });
}

/** What people want to know of a runner's work; left out of renewals, of which there are many. */
function describeHeld({ job, claimedAt, startedAt }: LiveAttempt) {
  return {
    kind: job.kind,
    claimTime: timestampOf(claimedAt),
    ...(startedAt === 0 ? {} : { startTime: timestampOf(startedAt) }),
  };
}

async function renewAttempt(
  place: Place,
  reads: RecordReads,
  runnerId: string,
  ref: AttemptRef,
  leaseMs: number | undefined,
): Promise<LeaseStatus> {
  const { jobId, name } = attemptName(ref);
  try {
    const { serial } = decodeId(place.ids, jobId);
    const found = await findHeld(place, reads, serial, name, runnerId, undefined);
    if ("verdict" in found) return refusal(jobId, found.verdict);
    return renewed(place, jobId, found.live, leaseMs);
  } catch (error) {
    if (!(error instanceof SwitchyardError) || error.reason !== "MALFORMED_ID") throw error;
    return create(LeaseStatusSchema, { jobId, reason: ErrorReason.JOB_NOT_FOUND, message: "There is no such job." });
  }
}

function renewed({ term }: Place, jobId: string, live: LiveAttempt, leaseMs: number | undefined): LeaseStatus {
  const now = term.clock.now();
  renewLease(now, live, leaseMs);
  term.watcher.leasesRenewed(1);
  const until = live.holdByRunner ? live.runner.presentUntil : live.leaseUntil;
  return create(LeaseStatusSchema, {
    jobId,
    attempt: live.number,
    timeToLive: durationFromMs(Math.max(0, Math.floor(until - now))),
    cancelRequested: live.cancelRequested?.isDurable === true,
  });
}

function refusal(jobId: string, verdict: ReportVerdict): LeaseStatus {
  if (verdict.repeated) throw new Error("a renewal is no outcome and can't be a repeat");
  const { reason, message, attempt, metadata } = verdict;
  return create(LeaseStatusSchema, {
    jobId,
    attempt,
    reason: ErrorReason[reason],
    message,
    metadata: { ...metadata },
    revocation: revocationFor(verdict),
  });
}

function revocationFor({ reason, metadata }: Extract<ReportVerdict, { repeated: false }>): Revocation_Reason {
  if (reason !== "LEASE_LOST") return Revocation_Reason.NOT_HELD;
  if (metadata["state"] === "CANCELLED") return Revocation_Reason.CANCELLED;
  return metadata["state"] === "TIMED_OUT" ? Revocation_Reason.TIMED_OUT : Revocation_Reason.LEASE_LOST;
}

async function leaveNow({ term }: Place, runner: RunnerPresence): Promise<void> {
  for (;;) {
    term.assertValid();
    const { writes, waitFor } = leave(term.state, runner, term.clock.now());
    await Promise.all([...writes, ...waitFor].map((write) => term.write(write)));
    if (waitFor.length === 0) return;
  }
}

async function unnamedLeases({ term, ids }: Place, held: readonly LiveAttempt[], statuses: readonly LeaseStatus[]) {
  const named = new Set(statuses.map(({ jobId, attempt }) => `${jobId}/${attempt}`));
  const unnamed = held.filter(({ job, number }) => !named.has(`${ids.encodeJob(job.serial)}/${number}`));
  const bodies = await term.bodies.get(
    term.store,
    unnamed.map(({ job }) => job),
  );
  return unnamed.flatMap((attempt, i) => {
    const body = bodies[i];
    return body && attempt.job.live === attempt ? [leaseToProto(attempt, body, ids, term.clock.now())] : [];
  });
}
