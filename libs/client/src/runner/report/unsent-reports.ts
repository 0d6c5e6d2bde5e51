import type { OutcomeInit } from "../outcome/to-outcome.js";
import type { ProgressInit, ReportInit } from "./report-init.js";

/** What is to be reported of one attempt: of each sort the latest. Lives as long as the attempt. */
export class UnsentReports {
  start = false;
  progress: ProgressInit | undefined = undefined;
  outcome: OutcomeInit | undefined = undefined;
  /** It says that the real outcome was refused; when it is refused too, there is nothing left to say. */
  isFallback = false;
  /** The attempt stands in the queue. */
  isQueued = false;
  /** Reports of the attempt are in a call that is under way; later ones must not overtake them in another. */
  isSending = false;

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

/** What is to be reported of whatever holds it; made at the first question. */
export function unsentOf(holder: { unsent: UnsentReports | undefined }): UnsentReports {
  holder.unsent ??= new UnsentReports();
  return holder.unsent;
}
