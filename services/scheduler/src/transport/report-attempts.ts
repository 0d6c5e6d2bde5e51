import { create } from "@bufbuild/protobuf";
import { fromConnectError, SwitchyardError, toConnectError } from "@switchyard/errors";
import { ErrorReason } from "@switchyard/proto/switchyard/common/v1/errors_pb";
import {
  type AttemptReport,
  type ReportAttemptsRequest,
  type ReportAttemptsResponse,
  ReportAttemptsResponseSchema,
  type ReportResult,
  ReportResultSchema,
} from "@switchyard/proto/switchyard/scheduler/v1/dispatch_service_pb";
import { JobView } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { renewLease } from "../domain/core/hold.js";
import type { LiveAttempt } from "../domain/core/model.js";
import { finishAttempt, startAttempt } from "../domain/core/report.js";
import { decodeId, type Directory, type Place } from "../domain/directory.js";
import { findHeld } from "../domain/reads/find-held.js";
import { readRecords } from "../domain/reads/job-record.js";
import type { ReportVerdict } from "../domain/reads/refusal.js";
import { attemptName } from "./attempt-name.js";
import { checkRange, invalid } from "./fields.js";
import { jobToProto } from "./job-to-proto.js";
import { outcomeFromProto, progressFromProto } from "./report-from-proto.js";

/** Most reports in one call. */
const maxReports = 1_000;

/** Takes reports; those of one job in their order, those of different jobs side by side, so that they share a commit. */
export async function reportAttempts(
  directory: Directory,
  { reports }: ReportAttemptsRequest,
  resultBytes: number,
): Promise<ReportAttemptsResponse> {
  checkRange("reports", reports.length, 1, maxReports);
  const open = rememberPlaces(directory);
  const results: Promise<ReportResult>[] = [];
  const lastOfJob = new Map<string, Promise<ReportResult>>();
  for (const report of reports) {
    const jobId = report.attempt?.jobId ?? "";
    const before = lastOfJob.get(jobId);
    const result = (
      before ? before.then(() => takeReport(open, report, resultBytes)) : takeReport(open, report, resultBytes)
    ).catch(refused);
    lastOfJob.set(jobId, result);
    results.push(result);
  }
  return create(ReportAttemptsResponseSchema, { results: await Promise.all(results) });
}

type OpenPlace = (namespace: string) => Promise<Place>;

/** Opens each namespace of a call once. Whether the term is still in force is asked for every report. */
function rememberPlaces(directory: Directory): OpenPlace {
  const places = new Map<string, Promise<Place>>();
  return (namespace) => {
    let place = places.get(namespace);
    if (!place) {
      place = directory.open(namespace);
      places.set(namespace, place);
    }
    return place;
  };
}

async function takeReport(open: OpenPlace, message: AttemptReport, resultBytes: number): Promise<ReportResult> {
  const { report } = message;
  const { jobId, name } = attemptName(message.attempt);
  const place = await open(message.namespace);
  const { serial } = decodeId(place.ids, jobId);
  const outcome = report.case === "outcome" ? outcomeFromProto(report.value, resultBytes) : undefined;
  const found = await findHeld(place, serial, name, message.runnerId, outcome?.kind);
  if ("verdict" in found) return verdictToProto(place, message, serial, found.verdict);
  const { live } = found;
  if (message.renew) renewLease(place.term.clock.now(), live);
  const requeued = await place.term.settle(() => decide(place, message, live, outcome));
  const result: ReportResult = {
    $typeName: "switchyard.scheduler.v1.ReportResult",
    reason: ErrorReason.UNSPECIFIED,
    message: "",
    metadata: {},
    repeatedReport: false,
    attempt: live.number,
    requeued,
  };
  return message.returnJob === JobView.UNSPECIFIED
    ? result
    : { ...result, ...(await jobField(place, message, serial)) };
}

/** Decides about a live attempt. The answer says whether the job goes on after an outcome. */
function decide(
  place: Place,
  { report }: AttemptReport,
  live: LiveAttempt,
  outcome: ReturnType<typeof outcomeFromProto> | undefined,
) {
  const { term } = place;
  const now = term.clock.now();
  switch (report.case) {
    case "start":
      return { answer: false, writes: startAttempt(now, live) };
    case "progress":
      live.progress = progressFromProto(report.value, live.progress, now);
      term.saveProgress(live);
      return { answer: false, writes: startAttempt(now, live) };
    case "outcome": {
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
  const [record] = await readRecords(term.pool, space, [serial], payloads);
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
