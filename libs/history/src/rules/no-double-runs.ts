import type { HistoryRule } from "./history-rule.js";

/**
 * An attempt is one runner's, and its work is begun once. That an attempt begins only after the one before it was recorded as over, the rule
 * `one-live-attempt` sees; that a grant is backed by an event is seen here, where events are complete.
 */
export const noDoubleRuns: HistoryRule = {
  name: "no-double-runs",
  check({ jobs, history }, say) {
    const { end } = history;
    for (const { id, attempts, namespace } of jobs.values()) {
      const complete = (end?.eventsComplete && end.namespaces.includes(namespace)) ?? false;
      for (const { number, claimed, grants, runs } of attempts.values()) {
        const [first] = grants;
        const other = first && grants.find(({ granted }) => granted.runner !== first.granted.runner);
        if (other) say(`Attempt ${number} of job ${id} was given to two runners.`, first.granted, other.granted);
        if (first && claimed && claimed.seen.event.runner !== first.granted.runner)
          say(
            `Attempt ${number} of job ${id} was given to ${first.granted.runner}, and its event names ${claimed.seen.event.runner}.`,
            claimed.seen,
            first.granted,
          );
        if (first && !claimed && complete)
          say(`Attempt ${number} of job ${id} was given to a runner, and no event tells of it.`, first.granted);
        const begun = runs.filter(({ run }) => run.step === "begun");
        if (begun.length > 1)
          say(
            `The work of attempt ${number} of job ${id} was begun ${begun.length} times.`,
            ...begun.map(({ run }) => run),
          );
      }
    }
  },
};
