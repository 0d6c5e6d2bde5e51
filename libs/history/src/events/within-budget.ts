import { chargeFailure, chargeLoss, usedUp } from "./budget.js";
import type { EventRule } from "./event-rule.js";
import type { JobLife } from "./job-life.js";

/** Attempts, failures and losses stay within the job's budget, and what its policy says of a loss happens. Looks at jobs whose spec is known. */
export const withinBudget: EventRule = {
  name: "within-budget",
  check(life, seen, say) {
    if (!life.spec || !life.chargesKnown) return;
    const { type, job, reason, attempt } = seen.event;
    const opened = life.opened ? [life.opened] : [];
    if (type === "CLAIMED") {
      const used = usedUp(life);
      if (used) say(`Attempt ${attempt} of job ${job} began although ${used}.`, ...opened, ...life.recent, seen);
      return;
    }
    const goesOn = type === "ATTEMPT_FAILED" || type === "LEASE_LOST";
    if (!goesOn && !(type === "ENDED" && reason === "LEASE_LOST")) return;
    const after: JobLife = { ...life };
    if (type === "ATTEMPT_FAILED") chargeFailure(after);
    else chargeLoss(after);
    const fails = type !== "ATTEMPT_FAILED" && failsByPolicy(life);
    const used = fails ? "its policy says that such a loss fails it" : usedUp(after);
    if (goesOn && used) say(`Job ${job} goes on after attempt ${attempt} although ${used}.`, ...life.recent, seen);
    if (!goesOn && !used)
      say(`Job ${job} failed by the loss of attempt ${attempt}, and another one is allowed.`, ...life.recent, seen);
  },
};

function failsByPolicy({ live, spec }: JobLife): boolean {
  return (live?.started ? spec?.failWhenLostAfterStart : spec?.failWhenLostBeforeStart) ?? false;
}
