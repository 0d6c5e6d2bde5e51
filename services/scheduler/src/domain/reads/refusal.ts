import type { Reason } from "@switchyard/errors";
import type { LiveAttempt, OutcomeKind } from "../core/model.js";
import type { AttemptName } from "../core/report.js";
import type { JobRecord } from "./job-record.js";
import type { StoredEnd } from "./stored-job.js";

/** Why a report was not taken, or that it had been taken before. */
export type ReportVerdict =
  | { readonly repeated: true; readonly attempt: number }
  | {
      readonly repeated: false;
      readonly reason: Reason;
      readonly message: string;
      readonly attempt: number;
      readonly metadata: Readonly<Record<string, string>>;
    };

/**
 * Judges a report about an attempt that is not live, from the job's history. A repeat of the same kind of outcome for the same attempt is
 * no refusal: whoever sends it lost the first answer. `kind` is undefined for everything but outcomes.
 */
export function judgeReport(
  record: JobRecord | undefined,
  name: AttemptName,
  kind: OutcomeKind | undefined,
): ReportVerdict {
  if (!record) {
    return { repeated: false, reason: "JOB_NOT_FOUND", message: "There is no such job.", attempt: 0, metadata: {} };
  }
  const live = record.open?.live;
  const attemptEnds = record.ends.filter((end) => end.attemptState !== undefined);
  const meant =
    "attempt" in name
      ? attemptEnds.find((end) => end.attempt === name.attempt)
      : attemptEnds.findLast((end) => end.runnerId === name.holder);
  if (!meant) return neverHeld(record, name, live);
  const mayRepeat = "attempt" in name || isLatest(record, meant);
  if (kind !== undefined && meant.kind === kind && mayRepeat) return { repeated: true, attempt: meant.attempt };
  return meant.kind === undefined ? lost(record, meant) : finished(record, meant);
}

/** A holder's repeat means its last word about the job, and only as long as nobody has claimed it since. */
function isLatest(record: JobRecord, end: StoredEnd): boolean {
  return (record.open?.attempt ?? end.attempt) <= end.attempt;
}

function neverHeld(record: JobRecord, name: AttemptName, live: LiveAttempt | undefined): ReportVerdict {
  const metadata = { state: record.state, relation: "NEVER", ...(live && { attempt: String(live.number) }) };
  if ("attempt" in name && !(live && live.number === name.attempt)) {
    const message = `The job has no attempt ${name.attempt}.`;
    return { repeated: false, reason: "ATTEMPT_NOT_FOUND", message, attempt: name.attempt, metadata };
  }
  return {
    repeated: false,
    reason: "NOT_HOLDER",
    message: "The attempt is not held by this runner.",
    attempt: live?.number ?? 0,
    metadata,
  };
}

function lost(record: JobRecord, end: StoredEnd): ReportVerdict {
  const metadata = { state: record.state, relation: "FORMER", attempt: String(end.attempt), ended_by: end.endedBy };
  const message = `Attempt ${end.attempt} was lost (${end.endedBy || "revoked"}).`;
  return { repeated: false, reason: "LEASE_LOST", message, attempt: end.attempt, metadata };
}

function finished(record: JobRecord, end: StoredEnd): ReportVerdict {
  const outcome = end.kind ?? "";
  const metadata = { state: record.state, relation: "FORMER", attempt: String(end.attempt), outcome };
  const message = `Attempt ${end.attempt} has ended already (${outcome}).`;
  return { repeated: false, reason: "ALREADY_FINISHED", message, attempt: end.attempt, metadata };
}
