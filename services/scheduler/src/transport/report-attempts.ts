import { create } from "@bufbuild/protobuf";
import { fromConnectError, SwitchyardError, toConnectError } from "@switchyard/errors";
import { ErrorReason } from "@switchyard/proto/switchyard/common/v1/errors_pb";
import {
  type AttemptReport,
  type ReportAttemptsRequest,
  type ReportAttemptsResponse,
  type ReportResult,
  ReportResultSchema,
} from "@switchyard/proto/switchyard/scheduler/v1/dispatch_service_pb";
import { JobView } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { renewLease } from "../domain/core/hold.js";
import type { LiveAttempt } from "../domain/core/model.js";
import { findAttempt, finishAttempt, startAttempt } from "../domain/core/report.js";
import { type Decision, joinReports, type ReportWrite } from "../domain/core/writes.js";
import { decodeId, type Directory, type Place } from "../domain/directory.js";
import { findHeld } from "../domain/reads/find-held.js";
import { RecordReads } from "../domain/reads/record-reads.js";
import type { ReportVerdict } from "../domain/reads/refusal.js";
import type { ShardTerm } from "../domain/shard/shard-term.js";
import { attemptName } from "./attempt-name.js";
import { checkRange, invalid } from "./fields.js";
import { jobToProto } from "./job-to-proto.js";
import { outcomeFromProto, progressFromProto } from "./report-from-proto.js";

/** Most reports in one call. */
const maxReports = 1_000;

/**
 * Takes reports; those of one job in their order. Whatever can be decided from memory is decided in one turn and written as one; the rest (late or repeated reports,
 * jobs with a write on the way) follows, each by itself.
 */
export async function reportAttempts(
  directory: Directory,
  { reports }: ReportAttemptsRequest,
  resultBytes: number,
): Promise<ReportAttemptsResponse> {
  checkRange("reports", reports.length, 1, maxReports);
  const places = await openAll(directory, reports);
  const batches = new Map<ShardTerm, Batch>();
  const slowJobs = new Set<string>();
  const results: (ReportResult | undefined)[] = [];
  for (const report of reports) {
    const place = places.get(report.namespace);
    const isSlow = slowJobs.size > 0 && slowJobs.has(jobOf(report));
    const result = place && !isSlow ? decideAtOnce(place, report, resultBytes, batches) : undefined;
    if (!result) slowJobs.add(jobOf(report));
    results.push(result);
  }
  // Issued before anything else runs: until now the jobs name writes that no lane knows.
  const written: Promise<unknown>[] = [];
  for (const [term, { writes }] of batches) written.push(term.write(joinReports(writes)));
  if (slowJobs.size > 0) written.push(takeSlowly(directory, reports, results, resultBytes));
  await Promise.all(written);
  return { $typeName: "switchyard.scheduler.v1.ReportAttemptsResponse", results: results as ReportResult[] };
}

/** What one call has decided from memory, to be written as one. */
interface Batch {
  readonly writes: ReportWrite[];
  /** Those of starts, which a later report of the same attempt may go on from. */
  readonly starts: Set<ReportWrite>;
}

/** Ids are read in either letter case. */
function jobOf({ attempt }: AttemptReport): string {
  return attempt?.jobId.toLowerCase() ?? "";
}

/** The places of all namespaces that are named; those that can't be opened are left out, and refused item by item. */
async function openAll(directory: Directory, reports: readonly AttemptReport[]): Promise<ReadonlyMap<string, Place>> {
  const places = new Map<string, Place>();
  const refusedOnes = new Set<string>();
  for (const { namespace } of reports) {
    if (places.has(namespace) || refusedOnes.has(namespace)) continue;
    try {
      places.set(namespace, await directory.open(namespace));
    } catch (error) {
      refused(error);
      refusedOnes.add(namespace);
    }
  }
  for (const { term } of places.values()) term.assertValid();
  return places;
}

/** Decides a report about an attempt that is live and has no write on the way; undefined for any other. Its write goes to the batch. */
function decideAtOnce(
  place: Place,
  message: AttemptReport,
  resultBytes: number,
  batches: Map<ShardTerm, Batch>,
): ReportResult | undefined {
  if (message.returnJob !== JobView.UNSPECIFIED) return undefined;
  const { term, space, ids } = place;
  try {
    const { jobId, name } = attemptName(message.attempt);
    const found = findAttempt(space.job(decodeId(ids, jobId).serial), name);
    if (typeof found === "string" || "waitFor" in found) return undefined;
    const { live } = found;
    const isOther = message.runnerId !== "" && live.runner.id !== message.runnerId;
    // A start whose write is on the way has to be waited for, unless it is of this very batch.
    const batch = batches.get(term);
    if (isOther || (live.marking && !batch?.starts.has(live.marking as ReportWrite))) return undefined;
    const { report } = message;
    if (report.case !== "outcome") {
      if (message.renew) renewLease(term.clock.now(), live);
      const decision = decide(place, message, live, undefined);
      if ("waitFor" in decision || decision.answer === "ended") return undefined;
      for (const write of decision.writes as readonly ReportWrite[]) addStart(batchOf(batches, term), write);
      return taken(live.number, decision.answer);
    }
    const outcome = outcomeFromProto(report.value, resultBytes);
    if (message.renew) renewLease(term.clock.now(), live);
    if (!isRunning(live) || live.job.pending) return undefined;
    const write = finishAttempt(term.clock.now(), live, outcome);
    batchOf(batches, term).writes.push(write);
    return taken(live.number, isRequeued(write));
  } catch (error) {
    return refused(error);
  }
}

function batchOf(batches: Map<ShardTerm, Batch>, term: ShardTerm): Batch {
  let batch = batches.get(term);
  if (!batch) {
    batch = { writes: [], starts: new Set() };
    batches.set(term, batch);
  }
  return batch;
}

/** A start that is on the way is named again by every later report of its attempt. */
function addStart({ writes, starts }: Batch, write: ReportWrite): void {
  if (starts.has(write)) return;
  starts.add(write);
  writes.push(write);
}

/** The answer to a report that was taken. One for nearly all of them: the ends of jobs in their first attempt. */
function taken(attempt: number, requeued: boolean): ReportResult {
  return attempt === 1 && !requeued ? firstTaken : takenResult(attempt, requeued);
}

function takenResult(attempt: number, requeued: boolean): ReportResult {
  return {
    $typeName: "switchyard.scheduler.v1.ReportResult",
    reason: ErrorReason.UNSPECIFIED,
    message: "",
    metadata: {},
    repeatedReport: false,
    attempt,
    requeued,
  };
}

const firstTaken = takenResult(1, false);

/** The reports that have no result yet; those of one job one after the other. */
async function takeSlowly(
  directory: Directory,
  reports: readonly AttemptReport[],
  results: (ReportResult | undefined)[],
  resultBytes: number,
): Promise<void> {
  const reads = new RecordReads();
  const lastOfJob = new Map<string, Promise<void>>();
  for (const [i, report] of reports.entries()) {
    if (results[i]) continue;
    const jobId = jobOf(report);
    const before = lastOfJob.get(jobId) ?? Promise.resolve();
    const mine = before.then(async () => {
      results[i] = await takeReport(directory, reads, report, resultBytes).catch(refused);
    });
    lastOfJob.set(jobId, mine);
  }
  await Promise.all(lastOfJob.values());
}

async function takeReport(
  directory: Directory,
  reads: RecordReads,
  message: AttemptReport,
  resultBytes: number,
): Promise<ReportResult> {
  const { report } = message;
  const { jobId, name } = attemptName(message.attempt);
  const place = await directory.open(message.namespace);
  const { serial } = decodeId(place.ids, jobId);
  const outcome = report.case === "outcome" ? outcomeFromProto(report.value, resultBytes) : undefined;
  const found = await findHeld(place, reads, serial, name, message.runnerId, outcome?.kind);
  if ("verdict" in found) return verdictToProto(place, reads, message, serial, found.verdict);
  const { live } = found;
  if (message.renew) renewLease(place.term.clock.now(), live);
  const requeued = await place.term.settle(() => decide(place, message, live, outcome));
  // Another report ended it between the look-up and the decision: this one is judged like any that comes later.
  if (requeued === "ended") return takeReport(directory, reads, message, resultBytes);
  return create(ReportResultSchema, {
    attempt: live.number,
    requeued,
    ...(await jobField(place, reads, message, serial)),
  });
}

/** Decides about a live attempt. The answer says whether the job goes on after an outcome, or that the attempt is no longer live. */
function decide(
  place: Place,
  { report }: AttemptReport,
  live: LiveAttempt,
  outcome: ReturnType<typeof outcomeFromProto> | undefined,
): Decision<boolean | "ended"> {
  const { term } = place;
  const now = term.clock.now();
  if (!isRunning(live)) return { answer: "ended", writes: [] };
  switch (report.case) {
    case "start":
      return { answer: false, writes: startAttempt(now, live) };
    case "progress":
      live.progress = progressFromProto(report.value, live.progress, now);
      term.saveProgress(live);
      return { answer: false, writes: startAttempt(now, live) };
    case "outcome": {
      // Its place or content is changed: two writes of one flush must not touch the same row.
      if (live.job.pending) return { waitFor: live.job.pending };
      const write = finishAttempt(now, live, outcome as NonNullable<typeof outcome>);
      return { answer: isRequeued(write), writes: [write] };
    }
    case undefined:
      throw invalid("report", "is missing");
  }
}

function isRunning(live: LiveAttempt): boolean {
  return live.job.live === live && live.job.phase === "running";
}

/** Whether the job goes on. */
function isRequeued({ ends }: ReportWrite): boolean {
  for (const { final } of ends) if (final) return false;
  return true;
}

async function verdictToProto(
  place: Place,
  reads: RecordReads,
  message: AttemptReport,
  serial: number,
  verdict: ReportVerdict,
): Promise<ReportResult> {
  if (verdict.repeated) {
    return create(ReportResultSchema, {
      repeatedReport: true,
      attempt: verdict.attempt,
      ...(await jobField(place, reads, message, serial)),
    });
  }
  const { reason, message: words, attempt, metadata } = verdict;
  return create(ReportResultSchema, {
    reason: ErrorReason[reason],
    message: words,
    attempt,
    metadata: { ...metadata },
  });
}

async function jobField(place: Place, reads: RecordReads, { returnJob }: AttemptReport, serial: number) {
  if (returnJob === JobView.UNSPECIFIED) return {};
  const payloads = returnJob !== JobView.BASIC;
  const record = await reads.read(place, serial, payloads);
  return record ? { job: jobToProto(record, place.ids, returnJob) } : {};
}

/** Expected refusals are answered item by item; a lost shard or a fault fails the whole call, so that it is repeated. */
function refused(error: unknown): ReportResult {
  if (!(error instanceof SwitchyardError) || perCall.has(error.reason)) throw error;
  const { reason, message, metadata } = fromConnectError(toConnectError(error));
  return create(ReportResultSchema, { reason: ErrorReason[reason], message, metadata: { ...metadata } });
}

const perCall = new Set([
  "NOT_OWNER",
  "SHARD_LOST",
  "OWNER_UNKNOWN",
  "STORAGE_UNAVAILABLE",
  "SHUTTING_DOWN",
  "INTERNAL",
  "DEADLINE_EXCEEDED",
  "CANCELLED",
]);
