import type { EventRule } from "./event-rule.js";

/** A job whose cancel was asked for does not go on: its attempt's end is its own. */
export const cancelsEnd: EventRule = {
  name: "cancels-end",
  check({ cancelRequested, recent }, seen, say) {
    const { type, job, attempt } = seen.event;
    if (!cancelRequested) return;
    if (type === "ATTEMPT_FAILED" || type === "LEASE_LOST" || type === "RELEASED")
      say(`Job ${job} goes on after attempt ${attempt} although its cancel was asked for.`, ...recent, seen);
    if (type === "CANCEL_REQUESTED") say(`The cancel of job ${job} was recorded twice.`, ...recent, seen);
  },
};
