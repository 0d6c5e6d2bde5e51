import { AttemptProgress_Mode } from "@switchyard/proto/switchyard/scheduler/v1/dispatch_service_pb";
import type { Attempt } from "../attempt.js";
import type { OutcomeInit } from "../outcome/to-outcome.js";
import type { ProgressInit, ReportInit } from "./report-init.js";

/** A report as it goes on the wire, which passes over what it does not know: the attempt that it is of. */
export interface ReportItem extends ReportInit {
  readonly of: Attempt;
}

/** What is to be reported of one attempt: of each sort the latest. Lives as long as the attempt. */
export class UnsentReports {
  readonly attempt: Attempt;
  start = false;
  progress: ProgressInit | undefined = undefined;
  outcome: OutcomeInit | undefined = undefined;
  /** It says that the real outcome was refused; when it is refused too, there is nothing left to say. */
  isFallback = false;
  /** It stands in the queue. */
  isQueued = false;
  /** Reports of the attempt are in a call that is under way; later ones must not overtake them in another. */
  isSending = false;

  constructor(attempt: Attempt) {
    this.attempt = attempt;
  }

  /** Adds them in the order in which they are to be taken in. */
  addTo(items: ReportItem[]): void {
    const of = this.attempt;
    if (this.start) items.push({ attempt: of.ref, report: { case: "start", value: {} }, of });
    if (this.progress !== undefined) {
      const value = { progress: this.progress, mode: AttemptProgress_Mode.REPLACE };
      items.push({ attempt: of.ref, report: { case: "progress", value }, of });
    }
    if (this.outcome !== undefined) {
      items.push({ attempt: of.ref, report: { case: "outcome", value: this.outcome }, of });
    }
  }

  /** Notes that all of them are on their way. */
  sent(): void {
    this.start = false;
    this.progress = undefined;
    this.outcome = undefined;
    this.isQueued = false;
    this.isSending = true;
  }

  /** Takes one back that was not taken in; what is newer stays. */
  takeBack({ report }: ReportInit): void {
    if (report.case === "start") this.start = true;
    else if (report.case === "progress") this.progress ??= report.value.progress as ProgressInit;
    else if (report.case === "outcome") this.outcome ??= report.value as OutcomeInit;
  }
}
