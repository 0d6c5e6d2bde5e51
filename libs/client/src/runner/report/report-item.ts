import { AttemptProgress_Mode } from "@switchyard/proto/switchyard/scheduler/v1/dispatch_service_pb";
import type { Attempt } from "../attempt.js";
import type { ReportInit } from "./report-init.js";
import { unsentOf } from "./unsent-reports.js";

/** A report as it goes on the wire, which passes over what it does not know: the attempt that it is of. */
export interface ReportItem extends ReportInit {
  readonly of: Attempt;
}

/** Adds what is to be reported of an attempt, in the order in which it is to be taken in. */
export function addReports(of: Attempt, items: ReportItem[]): void {
  const { start, progress, outcome } = unsentOf(of);
  if (start) items.push({ attempt: of.ref, report: { case: "start", value: {} }, of });
  if (progress !== undefined) {
    const value = { progress, mode: AttemptProgress_Mode.REPLACE };
    items.push({ attempt: of.ref, report: { case: "progress", value }, of });
  }
  if (outcome !== undefined) items.push({ attempt: of.ref, report: { case: "outcome", value: outcome }, of });
}
