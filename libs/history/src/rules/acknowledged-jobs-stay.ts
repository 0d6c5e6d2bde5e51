import type { Say } from "../events/event-rule.js";
import { mayBeDone, type RequestOf, type Told, type ToldCall, type ToldJob } from "../told.js";
import type { HistoryRule } from "./history-rule.js";

/**
 * A job that a submit was answered with is there: its submission is among the events, where these are complete, and it is there at the end unless it was
 * deleted. Assumes that nothing was dropped by retention while the history was recorded.
 */
export const acknowledgedJobsStay: HistoryRule = {
  name: "acknowledged-jobs-stay",
  check(told, say) {
    const { end } = told.history;
    const created = new Map<string, ToldCall<RequestOf<"submit">>>();
    for (const submit of told.callsOf("submit")) {
      const { answer, call } = submit;
      if (!answer) continue;
      const { namespace, items } = call.request;
      const isRead = end?.namespaces.includes(namespace) ?? false;
      for (const [index, { job: id, disposition, state }] of (answer.jobs ?? []).entries()) {
        const job = told.jobs.get(id) as ToldJob;
        // A repeat is answered with its job although that is deleted by then.
        const isGone = state === "" && disposition === "REPLAYED";
        if (isRead && end?.eventsComplete && !job.events.some(({ seen }) => seen.event.type === "SUBMITTED"))
          say(`Job ${id} was acknowledged, and no event tells of its submission.`, call, answer);
        if (isRead && !job.final && !mayBeDeleted(told, job, isGone))
          say(`Job ${id} was acknowledged and not deleted, and it is not there at the end.`, call, answer);
        if (disposition !== "CREATED") continue;
        const other = created.get(id);
        if (other?.answer) say(`Job ${id} was acknowledged as new twice.`, other.call, other.answer, call, answer);
        created.set(id, submit);
        sameQueue(job, items[index]?.queue ?? "default", say);
      }
    }
  },
};

function mayBeDeleted(told: Told, job: ToldJob, isGone: boolean): boolean {
  if (told.history.end?.eventsComplete) return job.events.some(({ seen }) => seen.event.type === "DELETED");
  return isGone || told.callsOf("delete").some((call) => mayBeDone(call) && call.call.request.jobs.includes(job.id));
}

function sameQueue({ id, events, submit }: ToldJob, queue: string, say: Say): void {
  const first = events[0]?.seen;
  if (first && submit && first.event.queue !== "" && first.event.queue !== queue)
    say(`Job ${id} was asked for in queue ${queue} and is in ${first.event.queue}.`, submit.call, first);
}
