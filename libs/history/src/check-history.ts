import { attemptsInOrder } from "./events/attempts-in-order.js";
import { cancelsEnd } from "./events/cancels-end.js";
import { deadlinesKept } from "./events/deadlines-kept.js";
import { EventChecker } from "./events/event-checker.js";
import type { EventRule } from "./events/event-rule.js";
import { legalTransitions } from "./events/legal-transitions.js";
import { oneLiveAttempt } from "./events/one-live-attempt.js";
import { timelyEnds } from "./events/timely-ends.js";
import { withinBudget } from "./events/within-budget.js";
import type { History } from "./history.js";
import { acknowledgedJobsStay } from "./rules/acknowledged-jobs-stay.js";
import { changesHappen } from "./rules/changes-happen.js";
import { fencedWrites } from "./rules/fenced-writes.js";
import type { HistoryRule } from "./rules/history-rule.js";
import { liveness } from "./rules/liveness.js";
import { logLines } from "./rules/log-lines.js";
import { noDoubleRuns } from "./rules/no-double-runs.js";
import { outcomesStand } from "./rules/outcomes-stand.js";
import { parentsFirst } from "./rules/parents-first.js";
import { pausedQueues } from "./rules/paused-queues.js";
import { rates } from "./rules/rates.js";
import { requestIds } from "./rules/request-ids.js";
import { retriesAsReported } from "./rules/retries-as-reported.js";
import { oneOpenForKey, standInsFit } from "./rules/reuse-keys.js";
import { seats } from "./rules/seats.js";
import { watchersAgree } from "./rules/watchers-agree.js";
import { tell } from "./tell.js";
import type { Told } from "./told.js";
import type { Violation } from "./violation.js";

/** Rules that need nothing but the events: those of `switchyard verify`. */
export const eventRules: readonly EventRule[] = [legalTransitions, attemptsInOrder, oneLiveAttempt, cancelsEnd];

const historyRules: readonly HistoryRule[] = [
  acknowledgedJobsStay,
  requestIds,
  noDoubleRuns,
  fencedWrites,
  outcomesStand,
  changesHappen,
  seats,
  rates,
  standInsFit,
  pausedQueues,
  watchersAgree,
  logLines,
  liveness,
];

/** Holds a history against all rules. Pure; linear in the length of the history but for what the rules say. Empty: nothing is wrong. */
export function checkHistory(history: History): readonly Violation[] {
  const told = tell(history);
  const violations: Violation[] = [];
  checkEvents(told, violations);
  for (const rule of historyRules)
    rule.check(told, (message, ...observations) => violations.push({ rule: rule.name, message, observations }));
  return violations;
}

function checkEvents(told: Told, violations: Violation[]): void {
  const { end, clockErrorMs } = told.history;
  // Owners' clocks may each be off in another direction.
  const timely = clockErrorMs === undefined ? [] : [timelyEnds(2 * clockErrorMs)];
  const ofSpecs = [withinBudget, deadlinesKept, retriesAsReported(told), parentsFirst(told), oneOpenForKey(told)];
  const rules = [...eventRules, ...ofSpecs, ...timely];
  for (const [namespace, events] of told.events) {
    const checker = new EventChecker({
      rules,
      onViolation: (violation) => violations.push(violation),
      fromTheBeginning: (end?.eventsComplete && end.namespaces.includes(namespace)) ?? false,
      specOf: (job) => told.jobs.get(job)?.spec,
    });
    for (const { seen } of events) checker.take(seen);
  }
}
