import type { Say } from "../events/event-rule.js";
import type { AttemptState } from "../history.js";
import { isFinal } from "../job-event.js";
import type { OutcomeKind } from "../observation.js";
import type { ToldAttempt, ToldJob, ToldWrite } from "../told.js";
import type { HistoryRule } from "./history-rule.js";

/**
 * An outcome that was taken ended its attempt, in the events (where these are complete) and at the end, as it said; and an attempt takes one kind of outcome
 * only. In a closed history, what ended by a report was reported.
 */
export const outcomesStand: HistoryRule = {
  name: "outcomes-stand",
  check(told, say) {
    const { end, closed } = told.history;
    const complete = (job: ToldJob) => (end?.eventsComplete && end.namespaces.includes(job.namespace)) ?? false;
    for (const job of told.jobs.values()) {
      for (const attempt of job.attempts.values()) {
        const taken = attempt.writes.filter(isTakenOutcome);
        oneKind(job, attempt, taken, say);
        for (const write of taken) stands(job, attempt, write, complete(job), say);
        if (closed) wasReported(job, attempt, say);
      }
      lastEndStands(job, complete(job), say);
    }
  },
};

function isTakenOutcome({ write, result }: ToldWrite): boolean {
  return write.what.sort === "outcome" && (result?.result === "taken" || result?.result === "repeated");
}

function kindOf({ write }: ToldWrite): OutcomeKind {
  return write.what.sort === "outcome" ? write.what.kind : "FAILED";
}

function oneKind(job: ToldJob, { number }: ToldAttempt, taken: readonly ToldWrite[], say: Say): void {
  const [first, ...others] = taken;
  const other = others.find((write) => first && !alike(kindOf(write), kindOf(first)));
  if (!first || !other) return;
  const message = `Attempt ${number} of job ${job.id} took both ${kindOf(first)} and ${kindOf(other)}.`;
  say(message, ...[first, other].flatMap(({ write, result }) => (result ? [write, result] : [write])));
}

/** A runner that stops without having been asked has failed, so that these two may be kept as one kind. */
function alike(a: OutcomeKind, b: OutcomeKind): boolean {
  return a === b || (stopped.has(a) && stopped.has(b));
}

const stopped: ReadonlySet<OutcomeKind> = new Set(["CANCELLED", "FAILED", "RELEASED"]);

/** How an attempt may stand at the end, by the outcome that was taken. What fails or is given back while its cancel was asked for acknowledges the cancel. */
const statesOf: Readonly<Record<OutcomeKind, readonly AttemptState[]>> = {
  SUCCEEDED: ["SUCCEEDED"],
  FAILED: ["FAILED", "CANCELLED"],
  RELEASED: ["RELEASED", "CANCELLED"],
  CANCELLED: ["CANCELLED", "FAILED"],
  TIMED_OUT: ["TIMED_OUT"],
};

function stands(job: ToldJob, attempt: ToldAttempt, told: ToldWrite, complete: boolean, say: Say): void {
  const { write, result } = told;
  if (!result) return;
  const kind = kindOf(told);
  const what = `${kind} of attempt ${attempt.number} of job ${job.id} was taken`;
  const ended = attempt.ended?.seen;
  if (ended) {
    const state = stateByEvent(ended.event);
    if (state === undefined || !statesOf[kind].includes(state))
      say(`${what}, and the attempt ended by ${ended.event.type} ${ended.event.state}.`, write, result, ended);
  } else if (complete) say(`${what}, and no event tells of its end.`, write, result);
  const final = job.final?.attempts.find(({ number }) => number === attempt.number);
  if (final && !statesOf[kind].includes(final.state))
    say(`${what}, and at the end the attempt is ${final.state}.`, write, result);
}

/** How an attempt stands after the event of its end; undefined when the runner did not end it. */
function stateByEvent({
  type,
  state,
  reason,
}: {
  type: string;
  state: string;
  reason: string;
}): AttemptState | undefined {
  if (type === "ATTEMPT_FAILED") return "FAILED";
  if (type === "RELEASED") return "RELEASED";
  if (type !== "ENDED") return undefined;
  if (reason === "REPORTED" || reason === "EXECUTION_TIMEOUT" || reason === "CANCELLED") return state as AttemptState;
  return undefined;
}

function wasReported({ id }: ToldJob, { number, ended, writes }: ToldAttempt, say: Say): void {
  if (!ended) return;
  const { event } = ended.seen;
  // A runner that leaves, or registers again, gives back what it holds without a report.
  const byReport = event.type === "ATTEMPT_FAILED" || (event.type === "ENDED" && event.reason === "REPORTED");
  if (!byReport) return;
  const state = stateByEvent(event);
  const possible = writes.filter(
    (told) => told.write.what.sort === "outcome" && told.result?.result !== "refused" && told.begin < ended.knownAt,
  );
  if (possible.some((told) => state !== undefined && statesOf[kindOf(told)].includes(state))) return;
  say(`Attempt ${number} of job ${id} ended ${state ?? ""} by a report, and nobody reported that.`, ended.seen);
}

/** What the last event left the job in is what it is at the end. */
function lastEndStands({ id, events, final }: ToldJob, complete: boolean, say: Say): void {
  const last = events.at(-1)?.seen;
  if (!complete || !last || !final || final.state === last.event.state) return;
  // Where a job waits may change between the last event and the read.
  if (!isFinal(final.state) && !isFinal(last.event.state)) return;
  say(`Job ${id} is ${final.state} at the end, and its last event left it ${last.event.state}.`, last);
}
