import type { Say } from "../events/event-rule.js";
import type { JobEvent } from "../job-event.js";
import { mayBeDone, type RequestOf, type Told, type ToldCall, type ToldEvent, type ToldJob } from "../told.js";
import type { HistoryRule } from "./history-rule.js";

type Change = ToldCall<RequestOf<"cancel"> | RequestOf<"retry"> | RequestOf<"delete">>;

/**
 * A cancel, retry or deletion that was acknowledged stands in the events, where these are complete: an immediate cancel as the job's end, each retry as a
 * reopening of its own. And, in a closed history, nothing of this happened that nobody asked for.
 */
export const changesHappen: HistoryRule = {
  name: "changes-happen",
  check(told, say) {
    const { end, closed } = told.history;
    for (const [job, changes] of changesByJob(told)) {
      if (!end?.eventsComplete || !end.namespaces.includes(job.namespace)) continue;
      for (const change of changes) happened(job, change, say);
      reopenedOften(job, changes, say);
    }
    if (!closed) return;
    const changes = changesByJob(told);
    for (const job of told.jobs.values())
      for (const event of job.events) wasAskedFor(job, event, changes.get(job) ?? [], say);
  },
};

function changesByJob(told: Told): Map<ToldJob, Change[]> {
  const byJob = new Map<ToldJob, Change[]>();
  for (const call of [...told.callsOf("cancel"), ...told.callsOf("retry"), ...told.callsOf("delete")] as Change[]) {
    for (const id of call.call.request.jobs) {
      const job = told.jobs.get(id);
      if (!job) continue;
      const changes = byJob.get(job);
      if (changes) changes.push(call);
      else byJob.set(job, [call]);
    }
  }
  return byJob;
}

function isDone({ answer }: Change, { id }: ToldJob): boolean {
  return answer?.results?.some(({ job, refused }) => job === id && refused === "") ?? false;
}

function happened(job: ToldJob, change: Change, say: Say): void {
  const { answer, call } = change;
  if (!answer || !isDone(change, job)) return;
  const { request } = call;
  const isIt = ({ type, reason }: JobEvent) => {
    if (request.op === "retry") return type === "REOPENED";
    if (request.op === "delete") return type === "DELETED";
    const ended = type === "ENDED" && (reason === "CANCELLED" || reason === "CLOSED");
    // One that was asked for may end otherwise: its runner may have been done already.
    return ended || (request.mode === "confirmed" && type === "CANCEL_REQUESTED");
  };
  if (!job.events.some(({ seen, knownAt: _ }) => isIt(seen.event)))
    say(`A ${request.op} of job ${job.id} was acknowledged, and no event tells of it.`, call, answer);
}

/** Each request reopens a job once, however often it is repeated. */
function reopenedOften(job: ToldJob, changes: readonly Change[], say: Say): void {
  const retries = changes.filter(({ call }) => call.request.op === "retry");
  if (retries.length === 0) return;
  const names = (calls: readonly Change[]) =>
    new Set(calls.map(({ call }) => (call.request.op === "retry" && call.request.requestId) || `call ${call.call}`));
  const least = names(retries.filter((change) => isDone(change, job))).size;
  const times = job.events.filter(({ seen }) => seen.event.type === "REOPENED");
  if (times.length < least)
    say(
      `Job ${job.id} was reopened ${times.length} times, and ${least} retries were acknowledged.`,
      ...retries.slice(0, 4).map(({ call }) => call),
    );
}

const opOf: Partial<Record<JobEvent["type"], Change["call"]["request"]["op"]>> = {
  CANCEL_REQUESTED: "cancel",
  REOPENED: "retry",
  DELETED: "delete",
};

function wasAskedFor(job: ToldJob, { seen, knownAt }: ToldEvent, changes: readonly Change[], say: Say): void {
  const { type, reason } = seen.event;
  const isCancel = type === "ENDED" && (reason === "CANCELLED" || reason === "CLOSED");
  const op = isCancel ? "cancel" : opOf[type];
  if (!op) return;
  if (changes.some((change) => change.call.request.op === op && change.begin < knownAt && mayBeDone(change))) return;
  say(`${type} of job ${job.id} happened, and nobody asked for it.`, seen);
}
