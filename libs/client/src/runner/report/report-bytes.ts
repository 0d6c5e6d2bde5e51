import type { OutcomeInit } from "../outcome/to-outcome.js";
import type { ProgressInit, ReportInit } from "./report-init.js";

/** Ids, numbers and tags of a report. */
const fixedBytes = 128;
/** A character has three bytes at most. */
const characterBytes = 3;

/** Bounds the size of a report from what can be large in it; encoding it to find out would cost as much as sending it. */
export function estimateReportBytes({ report }: ReportInit): number {
  if (report.case === "outcome") return fixedBytes + outcomeBytes(report.value as OutcomeInit);
  if (report.case === "progress") return fixedBytes + progressBytes(report.value.progress as ProgressInit);
  return fixedBytes;
}

function outcomeBytes({ result, message, labels, metrics, artifacts, streams }: OutcomeInit): number {
  let characters = message?.length ?? 0;
  // Most outcomes have none of these.
  if (labels) for (const [name, value] of Object.entries(labels)) characters += name.length + value.length + 4;
  if (metrics) for (const name of Object.keys(metrics)) characters += name.length + 8;
  if (artifacts) for (const id of artifacts) characters += id.length + 4;
  if (streams) for (const { stream } of streams) characters += (stream?.length ?? 0) + 8;
  return (
    characters * characterBytes + (result?.data?.length ?? 0) + (result?.contentType?.length ?? 0) * characterBytes
  );
}

function progressBytes({ message, detail, steps }: ProgressInit): number {
  let characters = message?.length ?? 0;
  for (const step of steps ?? []) {
    characters += (step.name?.length ?? 0) + (step.status?.length ?? 0) + (step.message?.length ?? 0) + 16;
  }
  return characters * characterBytes + (detail?.length ?? 0);
}
