import type { EndRecord } from "../domain/core/writes.js";
import { storedType } from "./content-type.js";
import type { Part } from "./fenced-statement.js";
import { bytes, insertPart, ints, rows, values } from "./insert-part.js";
import { encodeProgress } from "./progress-text.js";

/** A row for each attempt or job that ended. */
export function outcomePart(ends: readonly EndRecord[]): Part[] {
  if (ends.length === 0) return [];
  const text = (name: string, of: (end: EndRecord) => string | null) => values(name, "text", ends.map(of));
  const word = (name: string, type: `scheduler.${string}`, of: (end: EndRecord) => string | undefined) =>
    values(
      name,
      type,
      ends.map((end) => of(end) ?? null),
    );
  const time = (name: string, of: (end: EndRecord) => number) => {
    const times = ends.map((end) => Math.floor(of(end)));
    return ints(name, times, "bigint");
  };
  return [
    insertPart("oc", "outcomes", [
      rows(
        "serial",
        ends.map(({ job }) => job.serial),
      ),
      ints(
        "ns",
        ends.map(({ job }) => job.space.id),
      ),
      ints(
        "bucket",
        ends.map(({ job }) => job.bucket),
      ),
      ints(
        "reopen",
        ends.map(({ job }) => job.reopen),
      ),
      ints(
        "attempt",
        ends.map(({ job }) => job.attempt),
      ),
      values(
        "final",
        "bool",
        ends.map(({ final }) => final !== undefined),
      ),
      word("state", "scheduler.ended_attempt_state", ({ attemptState }) => attemptState),
      word("job_state", "scheduler.final_state", ({ final }) => final?.state),
      word("reason", "scheduler.end_reason", ({ final }) => final?.reason),
      text("message", ({ final, outcome }) => final?.message ?? outcome?.message ?? ""),
      text("actor", ({ final }) => final?.actor ?? ""),
      word("kind", "scheduler.outcome_kind", ({ outcome }) => outcome?.kind),
      text("ended_by", ({ endedBy }) => endedBy),
      text("runner", ({ attempt }) => attempt?.runner.id ?? ""),
      time("claimed_ms", ({ attempt }) => attempt?.claimedAt ?? 0),
      time("started_ms", ({ attempt }) => attempt?.startedAt ?? 0),
      time("ended_ms", ({ at }) => at),
      values(
        "retryable",
        "bool",
        ends.map(({ outcome }) => outcome?.retryable ?? false),
      ),
      values(
        "claim_info",
        "bytea",
        ends.map(({ attempt }) => (attempt?.claimInfo ? Buffer.from(attempt.claimInfo) : null)),
      ),
      bytes(
        "result",
        ends.map(({ outcome }) => outcome?.result),
      ),
      text("result_type", ({ outcome }) => storedType(outcome?.resultType ?? "")),
      text("facts", ({ outcome }) => outcome?.facts ?? ""),
      // Of ends that are looked for by queue and kind, which are few.
      values(
        "shape",
        "int",
        ends.map((end) => (isUnwell(end) ? end.job.shape.id : null)),
      ),
      text("job_kind", (end) => (isUnwell(end) ? end.job.kind : null)),
      text("progress", ({ attempt }) => (attempt?.progress ? encodeProgress(attempt.progress) : "")),
    ]),
  ];
}

/** Whether the job ended otherwise than well. */
function isUnwell({ final }: EndRecord): boolean {
  return final !== undefined && final.state !== "SUCCEEDED";
}
