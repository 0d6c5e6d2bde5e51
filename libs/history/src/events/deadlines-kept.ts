import { endsAttempt } from "../job-event.js";
import type { EventRule } from "./event-rule.js";

/**
 * An attempt that was ended by its execution limit ends as the job's policy says: `TIMED_OUT`, or lost. Looks at jobs whose spec is known.
 */
export const deadlinesKept: EventRule = {
  name: "deadlines-kept",
  check({ spec, live }, seen, say) {
    if (!spec || !live || !endsAttempt(seen.event)) return;
    const { type, job, reason, message, attempt } = seen.event;
    const shown = live.claimed ? [live.claimed, seen] : [seen];
    const byLimit = type === "ENDED" && reason === "EXECUTION_TIMEOUT" && message.startsWith("The execution limit");
    const lost = type === "LEASE_LOST" && message === "execution-timeout";
    if (byLimit && spec.onExecutionTimeout === "LOSE")
      say(`Attempt ${attempt} of job ${job} timed out, and its policy says that it is lost.`, ...shown);
    if (lost && spec.onExecutionTimeout !== "LOSE")
      say(`Attempt ${attempt} of job ${job} was lost by its execution limit, which ends the job TIMED_OUT.`, ...shown);
  },
};
