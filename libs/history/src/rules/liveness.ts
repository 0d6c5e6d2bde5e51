import type { Say } from "../events/event-rule.js";
import type { FinalJob, FinalRunner, FinalState } from "../history.js";
import type { Told } from "../told.js";
import type { HistoryRule } from "./history-rule.js";

/** Length of a lease where nobody said another, ms. */
const defaultLeaseMs = 30_000;

/**
 * When everything has worked again for a while, nothing is stuck: no job runs that no runner names any more, beyond its lease; no job waits in a queue that a
 * runner which asks for work could take; none waits for parents that have ended, or for a time that has come. Looks at the end alone, and says nothing
 * of jobs to which something happened within `end.marginMs`, nor of jobs whose keys may be full.
 */
export const liveness: HistoryRule = {
  name: "liveness",
  check(told, say) {
    const { end, observations } = told.history;
    if (!end) return;
    const at = end.at ?? observations.at(-1)?.at ?? 0;
    for (const job of end.jobs) {
      const quietMs = Math.min(end.healedForMs, at - lastHeardOf(told, job.job));
      if (quietMs <= (end.marginMs ?? defaultMarginMs)) continue;
      if (job.state === "RUNNING") isHeld(told, end, job, quietMs, say);
      if (job.state === "QUEUED") isTaken(told, end, job, at, say);
      if (job.state === "BLOCKED") waitsForSomebody(told, job, at, end, say);
      if (
        job.state === "SCHEDULED" &&
        job.readyAt !== undefined &&
        job.readyAt < at - (end.marginMs ?? defaultMarginMs)
      )
        say(`Job ${job.job} is SCHEDULED, and its time came ${at - job.readyAt} ms ago.`);
    }
  },
};

/** Default of `FinalState.marginMs`. */
const defaultMarginMs = 10_000;

/** When something was last heard of a job. */
function lastHeardOf({ jobs, history }: Told, id: string): number {
  const job = jobs.get(id);
  let last = job?.events.at(-1)?.knownAt ?? job?.submit?.begin ?? -1;
  for (const { grants, writes } of job?.attempts.values() ?? []) {
    for (const { place } of grants) last = Math.max(last, place);
    for (const { begin, end } of writes) last = Math.max(last, end === Infinity ? begin : end);
  }
  return history.observations[last]?.at ?? Number.NEGATIVE_INFINITY;
}

function isHeld(
  { jobs }: Told,
  { runners, marginMs = defaultMarginMs }: FinalState,
  { job, attempts }: FinalJob,
  quietMs: number,
  say: Say,
): void {
  const number = attempts.at(-1)?.number ?? 0;
  if (!runners || runners.some(({ holds }) => holds.includes(`${job}/${number}`))) return;
  const grants = jobs.get(job)?.attempts.get(number)?.grants ?? [];
  const leaseMs = Math.max(defaultLeaseMs, ...grants.map(({ granted }) => granted.leaseMs ?? 0));
  if (quietMs <= leaseMs + marginMs) return;
  say(
    `Job ${job} is RUNNING, no runner has named attempt ${number} for ${quietMs} ms, and its lease is ${leaseMs} ms.`,
  );
}

function isTaken({ jobs }: Told, end: FinalState, job: FinalJob, at: number, say: Say): void {
  const { marginMs = defaultMarginMs, pausedQueues = [], runners = [] } = end;
  const spec = jobs.get(job.job)?.spec;
  if (!spec || spec.concurrencyKeys?.length || spec.rateKeys?.length) return;
  if (pausedQueues.includes(`${job.namespace}/${job.queue}`)) return;
  if (job.readyAt !== undefined && job.readyAt > at - marginMs) return;
  const runner = runners.find((candidate) => fits(candidate, job, spec.requiredLabels ?? {}));
  if (runner) say(`Job ${job.job} is QUEUED, and runner ${runner.runner}, which could do it, asks for work.`);
}

function fits(
  { namespace, idle, kinds, queues, labels = {} }: FinalRunner,
  job: FinalJob,
  required: Readonly<Record<string, string>>,
): boolean {
  if (!idle || namespace !== job.namespace || (queues && !queues.includes(job.queue))) return false;
  if (!kinds.some((glob) => matches(glob, job.kind))) return false;
  return Object.entries(required).every(
    ([name, value]) => labels[name] !== undefined && (value === "" || labels[name] === value),
  );
}

function matches(glob: string, kind: string): boolean {
  const pattern = glob
    .replaceAll(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${pattern}$`, "s").test(kind);
}

/** A job that waits for parents has one that has not ended, or that ended a moment ago. */
function waitsForSomebody(
  told: Told,
  { job }: FinalJob,
  at: number,
  { marginMs = defaultMarginMs, jobs }: FinalState,
  say: Say,
): void {
  const parents = told.jobs.get(job)?.parents ?? [];
  if (parents.length === 0) return;
  const isOpen = (id: string | undefined) => {
    if (id === undefined) return true;
    const parent = jobs.find((other) => other.job === id);
    const isEnded = !parent || ["SUCCEEDED", "FAILED", "TIMED_OUT", "CANCELLED"].includes(parent.state);
    return !isEnded || at - lastHeardOf(told, id) <= marginMs;
  };
  if (!parents.some(isOpen)) say(`Job ${job} is BLOCKED, and all of its parents have ended: ${parents.join(", ")}.`);
}
