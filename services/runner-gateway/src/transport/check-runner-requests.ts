import type {
  AppendLogRequest,
  AttemptArtifact,
  ClaimJobRequest,
  HeartbeatRequest,
  RegisterRunnerRequest,
  ReplaceLogTextRequest,
  ReportAttemptsRequest,
  SyncRunnerRequest,
} from "@switchyard/proto/switchyard/runner/v1/runner_service_pb";
import {
  RegisterRunnerRequest_Mode as Mode,
  RunnerMode,
} from "@switchyard/proto/switchyard/runner/v1/runner_service_pb";
import {
  checkAttempt,
  checkCount,
  checkDuration,
  checkOutcomeStreams,
  checkRunnerId,
  checkSize,
  checkTokenPrefix,
  checkWord,
  invalid,
} from "./checks.js";
import { checkProfile } from "./spec-mapping.js";

/*
 * What a request of a runner must be like, one function for each RPC. All throw INVALID_ARGUMENT with metadata `field`, or
 * PAYLOAD_TOO_LARGE with `limit`. Hand-written: rules compiled from annotations cost more than everything else of an item.
 */

const maxHoldMs = 20_000;
const maxLeaseMs = 366 * 24 * 3_600_000;
const maxChannels = 4;
const maxNamedAttempts = 10_000;
const maxSlots = 10_000;
const maxClaimInfoBytes = 16 * 1024;

/** A registration; the specification is checked where it is read. */
export function checkRegisterRunner(request: RegisterRunnerRequest): void {
  const { namespace, mode, runnerId, spec, releaseHeld } = request;
  checkWord(namespace, "namespace");
  if (Mode[mode] === undefined) throw invalid("mode", "is unknown");
  if (mode === Mode.UPSERT) checkRunnerId(runnerId);
  else if (runnerId !== "") throw invalid("runner_id", "is given by the caller with MODE_UPSERT only");
  else if (releaseHeld) throw invalid("release_held", "goes with MODE_UPSERT only");
  if (mode === Mode.NAME_UNIQUE && (spec?.name ?? "") === "") throw invalid("spec.name", "is missing");
  checkTokenPrefix(request.tokenPrefix, "token_prefix");
}

/** A turn of the sync loop. Attempts are named by number: a runner that syncs knows them. */
export function checkSyncRunner(request: SyncRunnerRequest): void {
  checkCaller(request);
  checkWord(request.sessionId, "session_id");
  if (request.channel >= maxChannels) throw invalid("channel", `is not below ${maxChannels}`);
  if (request.receivedRevision < 0n) throw invalid("received_revision", "is negative");
  checkCount(request.attempts.length, "attempts", 0, maxNamedAttempts);
  let index = 0;
  const field = () => `attempts[${index}]`;
  for (const ref of request.attempts) {
    checkAttempt(ref, field, request.runnerId);
    if (ref.by.case !== "attempt") throw invalid(`attempts[${index}].attempt`, "is missing");
    index++;
  }
  if (request.freeSlots > maxSlots) throw invalid("free_slots", `is above ${maxSlots}`);
  if (RunnerMode[request.mode] === undefined) throw invalid("mode", "is unknown");
  checkDuration(request.hold, "hold", maxHoldMs);
  checkProfile(request.profile, "profile");
}

/** A batch of reports. */
export function checkReportAttempts({ namespace, runnerId, reports }: ReportAttemptsRequest): void {
  checkWord(namespace, "namespace");
  if (runnerId !== "") checkRunnerId(runnerId);
  checkCount(reports.length, "reports", 1, 1_000);
  let index = 0;
  // For all reports: a name is asked for while the report that has it is checked.
  const attemptField = () => `reports[${index}].attempt`;
  const outcomeField = () => `reports[${index}].outcome`;
  for (const { attempt, report } of reports) {
    checkAttempt(attempt, attemptField, runnerId);
    if (report.case === undefined) throw invalid(`reports[${index}].report`, "is missing");
    if (report.case === "outcome") checkOutcomeStreams(report.value, outcomeField);
    index++;
  }
}

/** A batch of appends. */
export function checkAppendLog({ namespace, runnerId, appends }: AppendLogRequest): void {
  checkWord(namespace, "namespace");
  if (runnerId !== "") checkRunnerId(runnerId);
  checkCount(appends.length, "appends", 1, 100);
  appends.forEach(({ attempt, append }, index) => {
    checkAttempt(attempt, () => `appends[${index}].attempt`, runnerId);
    if (append === undefined) throw invalid(`appends[${index}].append`, "is missing");
    checkWord(append.stream, () => `appends[${index}].append.stream`);
    if (append.content.case === undefined) throw invalid(`appends[${index}].append.content`, "is missing");
    if ((append.expectedSequence ?? 0n) < 0n)
      throw invalid(`appends[${index}].append.expected_sequence`, "is negative");
  });
}

/** What a file is; the catalog says what its name may be. */
export function checkAttemptArtifact({ namespace, runnerId, attempt, name }: AttemptArtifact): void {
  checkWord(namespace, "artifact.namespace");
  if (runnerId !== "") checkRunnerId(runnerId);
  checkAttempt(attempt, "artifact.attempt", runnerId);
  if (name === "") throw invalid("artifact.name", "is missing");
}

/** A whole text. */
export function checkReplaceLogText({ namespace, runnerId, attempt, stream }: ReplaceLogTextRequest): void {
  checkWord(namespace, "namespace");
  if (runnerId !== "") checkRunnerId(runnerId);
  checkAttempt(attempt, "attempt", runnerId);
  checkWord(stream, "stream");
}

/** A claim. */
export function checkClaimJob(request: ClaimJobRequest): void {
  checkCaller(request);
  if (request.jobId !== "") checkWord(request.jobId, "job_id");
  checkDuration(request.wait, "wait", maxHoldMs);
  checkDuration(request.lease, "lease", maxLeaseMs);
  checkSize(request.claimInfo, "claim_info", maxClaimInfoBytes);
  checkProfile(request.profile, "profile");
}

/** A sign of life. */
export function checkHeartbeat(request: HeartbeatRequest): void {
  checkCaller(request);
  if (RunnerMode[request.mode] === undefined) throw invalid("mode", "is unknown");
  checkCount(request.runningJobIds.length, "running_job_ids", 0, maxNamedAttempts);
  request.runningJobIds.forEach((jobId, index) => {
    checkWord(jobId, `running_job_ids[${index}]`);
  });
  if (request.version !== "") checkWord(request.version, "version");
  if (request.hostname !== "") checkWord(request.hostname, "hostname");
}

/** Namespace and id of a runner that must say who it is. */
function checkCaller({ namespace, runnerId }: { readonly namespace: string; readonly runnerId: string }): void {
  checkWord(namespace, "namespace");
  checkRunnerId(runnerId);
}
