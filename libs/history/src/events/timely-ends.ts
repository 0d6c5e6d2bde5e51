import type { EventRule } from "./event-rule.js";

/**
 * No execution limit, no time to be started and no start time passes before its time. Looks at jobs whose spec is known, and compares times
 * of events only; each of them is of the scheduler's clock, and `allowanceMs` is how far the clocks of two owners may differ.
 */
export function timelyEnds(allowanceMs: number): EventRule {
  return {
    name: "timely-ends",
    check({ spec, live, opened, whole, reopened }, seen, say) {
      if (!spec) return;
      const { type, job, reason, time, message, attempt } = seen.event;
      const isOverdue =
        (type === "LEASE_LOST" && message === "execution-timeout") ||
        (type === "ENDED" && reason === "EXECUTION_TIMEOUT" && message.startsWith("The execution limit"));
      if (isOverdue && live?.claimed) {
        const limit = spec.executionTimeoutMs ?? Number.POSITIVE_INFINITY;
        const took = time - live.claimed.event.time;
        if (took + allowanceMs < limit)
          say(
            `Attempt ${attempt} of job ${job} was overdue after ${took} ms; its limit is ${limit}.`,
            live.claimed,
            seen,
          );
      }
      if (type === "ENDED" && reason === "NOT_STARTED" && opened) {
        const waited = time - opened.event.time;
        const limit = spec.scheduleToStartMs ?? Number.POSITIVE_INFINITY;
        if (waited + allowanceMs < limit)
          say(`Job ${job} was given up after ${waited} ms; its time to be started is ${limit}.`, opened, seen);
      }
      const { startTime } = spec;
      if (type === "CLAIMED" && whole && reopened === 0 && startTime !== undefined && time + allowanceMs < startTime)
        say(
          `Attempt ${attempt} of job ${job} began ${startTime - time} ms before the job's start time.`,
          ...(opened ? [opened] : []),
          seen,
        );
    },
  };
}
