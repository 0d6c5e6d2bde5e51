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
import { readRecords } from "../domain/reads/job-record.js";
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
  const batches = new Map<ShardTerm, Set<ReportWrite>>();
  const slowJobs = new Set<string>();
  const results: (ReportResult | undefined)[] = reports.map((report) => {
    const jobId = jobOf(report);
    const place = places.get(report.namespace);
    const result = place && !slowJobs.has(jobId) ? decideAtOnce(place, report, resultBytes, batches) : undefined;
    if (!result) slowJobs.add(jobId);
    return result;
  });
  // Issued before anything else runs: until now the jobs name writes that no lane knows.
  const written = [...batches].map(([term, writes]) => term.write(joinReports([...writes])));
  await Promise.all([...written, takeSlowly(directory, reports, results, resultBytes)]);
  return { $typeName: "switchyard.scheduler.v1.ReportAttemptsResponse", results: results as ReportResult[] };
}

/** Ids are read in either letter case. */
function jobOf({ attempt }: AttemptReport): string {
  return attempt?.jobId.toLowerCase() ?? "";
}

/** The places of all namespaces that are named; those that can't be opened are left out, and refused item by item. */
async function openAll(directory: Directory, reports: readonly AttemptReport[]): Promise<ReadonlyMap<string, Place>> {
  const places = new Map<string, Place>();
  for (const namespace of new Set(reports.map((report) => report.namespace))) {
    try {
      places.set(namespace, await directory.open(namespace));
    } catch (error) {
      refused(error);
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
  batches: Map<ShardTerm, Set<ReportWrite>>,
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
    const batch = batches.get(term) ?? new Set();
    if (isOther || (live.marking && !batch.has(live.marking as ReportWrite))) return undefined;
    const outcome = message.report.case === "outcome" ? outcomeFromProto(message.report.value, resultBytes) : undefined;
    if (message.renew) renewLease(term.clock.now(), live);
    const decision = decide(place, message, live, outcome);
    if ("waitFor" in decision || decision.answer === "ended") return undefined;
    for (const write of decision.writes as readonly ReportWrite[]) batch.add(write);
    if (batch.size > 0) batches.set(term, batch);
    return taken(live.number, decision.answer);
  } catch (error) {
    return refused(error);
  }
}

/** One literal for every report that was taken: made a thousand times per call. */
function taken(attempt: number, requeued: boolean): ReportResult {
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

/** The reports that have no result yet; those of one job one after the other. */
async function takeSlowly(
  directory: Directory,
  reports: readonly AttemptReport[],
  results: (ReportResult | undefined)[],
  resultBytes: number,
): Promise<void> {
  const lastOfJob = new Map<string, Promise<void>>();
  for (const [i, report] of reports.entries()) {
    if (results[i]) continue;
    const jobId = jobOf(report);
    const before = lastOfJob.get(jobId) ?? Promise.resolve();
    const mine = before.then(async () => {
      results[i] = await takeReport(directory, report, resultBytes).catch(refused);
    });
    lastOfJob.set(jobId, mine);
  }
  await Promise.all(lastOfJob.values());
}

async function takeReport(directory: Directory, message: AttemptReport, resultBytes: number): Promise<ReportResult> {
  const { report } = message;
  const { jobId, name } = attemptName(message.attempt);
  const place = await directory.open(message.namespace);
  const { serial } = decodeId(place.ids, jobId);
  const outcome = report.case === "outcome" ? outcomeFromProto(report.value, resultBytes) : undefined;
  const found = await findHeld(place, serial, name, message.runnerId, outcome?.kind);
  if ("verdict" in found) return verdictToProto(place, message, serial, found.verdict);
  const { live } = found;
  if (message.renew) renewLease(place.term.clock.now(), live);
  const requeued = await place.term.settle(() => decide(place, message, live, outcome));
  // Another report ended it between the look-up and the decision: this one is judged like any that comes later.
  if (requeued === "ended") return takeReport(directory, message, resultBytes);
  return create(ReportResultSchema, { attempt: live.number, requeued, ...(await jobField(place, message, serial)) });
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
  if (live.job.live !== live || live.job.phase !== "running") return { answer: "ended", writes: [] };
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
      return { answer: write.ends.every(({ final }) => !final), writes: [write] };
    }
    case undefined:
      throw invalid("report", "is missing");
  }
}

async function verdictToProto(
  place: Place,
  message: AttemptReport,
  serial: number,
  verdict: ReportVerdict,
): Promise<ReportResult> {
  if (verdict.repeated) {
    return create(ReportResultSchema, {
      repeatedReport: true,
      attempt: verdict.attempt,
      ...(await jobField(place, message, serial)),
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

async function jobField({ term, space, ids }: Place, { returnJob }: AttemptReport, serial: number) {
  if (returnJob === JobView.UNSPECIFIED) return {};
  const payloads = returnJob !== JobView.BASIC;
  const [record] = await readRecords(term, space, [serial], payloads);
  return record ? { job: jobToProto(record, ids, returnJob) } : {};
}

/** Expected refusals are answered item by item; a lost shard or a fault fails the whole call, so that it is repeated. */
function refused(error: unknown): ReportResult {
  if (!(error instanceof SwitchyardError) || perCall.has(error.reason)) throw error;
  const { reason, message, metadata } = fromConnectError(toConnectError(error));
  return create(ReportResultSchema, { reason: ErrorReason[reason], message, metadata: { ...metadata } });
}

const perCall = new Set([
  "SHARD_LOST",
  "OWNER_UNKNOWN",
  "STORAGE_UNAVAILABLE",
  "SHUTTING_DOWN",
  "INTERNAL",
  "DEADLINE_EXCEEDED",
  "CANCELLED",
]);
