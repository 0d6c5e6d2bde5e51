import { chargeFailure, usedUp } from "../events/budget.js";
import type { EventRule } from "../events/event-rule.js";
import type { JobLife } from "../events/job-life.js";
import type { WatchedEvent } from "../observation.js";
import type { Told, ToldWrite } from "../told.js";

/**
 * After a failure the job goes on exactly if its runner said that it may be tried again and the budget lasts. Judged by the report that was taken; where no
 * answer told which it was, in a closed history, by all that may have been.
 */
export function retriesAsReported(told: Told): EventRule {
  return {
    name: "retries-as-reported",
    check(life, seen, say) {
      const { type, reason, state, job, attempt } = seen.event;
      const goesOn = type === "ATTEMPT_FAILED";
      if (!goesOn && !(type === "ENDED" && reason === "REPORTED" && state === "FAILED")) return;
      const reports = reportsBehind(told, seen);
      const [first] = reports;
      if (!first) return;
      if (goesOn && !reports.some(isRetryable))
        say(`Job ${job} goes on after attempt ${attempt}, whose failure must not be tried again.`, first.write, seen);
      if (goesOn || !reports.every(isRetryable) || !life.spec || !life.chargesKnown) return;
      const after: JobLife = { ...life };
      chargeFailure(after);
      if (!usedUp(after))
        say(`Job ${job} failed with attempt ${attempt}, which may be tried again.`, ...life.recent, first.write, seen);
    },
  };
}

/** The reports of which one ended the attempt; none when that is not known. */
function reportsBehind({ jobs, history }: Told, { event }: WatchedEvent): readonly ToldWrite[] {
  const attempt = jobs.get(event.job)?.attempts.get(event.attempt);
  const reports = attempt?.writes.filter(({ write }) => write.what.sort === "outcome") ?? [];
  const taken = reports.filter(({ result }) => result?.result === "taken");
  if (taken.length > 0) return taken;
  return history.closed ? reports.filter(({ result }) => result?.result !== "refused") : [];
}

function isRetryable({ write }: ToldWrite): boolean {
  return write.what.sort === "outcome" && (write.what.retryable ?? false);
}
