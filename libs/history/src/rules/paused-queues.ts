import type { Place, RequestOf, Told, ToldCall, ToldEvent } from "../told.js";
import type { HistoryRule } from "./history-rule.js";

type Pause = ToldCall<RequestOf<"pause" | "resume">>;

/**
 * Nothing is claimed from a paused queue: no attempt begins that can only have been decided after a pause was acknowledged and that is known before anybody
 * began to resume the queue. What was decided before may come to light later: an attempt counts if the call that made its job, or that took it, began behind
 * the pause's answer, or, where clocks are known, if its time is later.
 */
export const pausedQueues: HistoryRule = {
  name: "paused-queues",
  check(told, say) {
    const resumes = told.callsOf("resume") as readonly Pause[];
    for (const pause of told.callsOf("pause") as readonly Pause[]) {
      const { call, answer, begin, end } = pause;
      if (!answer) continue;
      const { namespace, queue } = call.request;
      const others = resumes.filter(
        (resume) =>
          resume.call.request.queue === queue && resume.call.request.namespace === namespace && resume.end > begin,
      );
      const resumed = Math.min(Infinity, ...others.map((resume) => resume.begin));
      for (const claim of told.events.get(namespace) ?? []) {
        const { event } = claim.seen;
        if (event.type !== "CLAIMED" || event.queue !== queue || isAfter(told, claim, others, resumed)) continue;
        if (decidedAfter(told, claim) > end || isLater(told, claim, answer.at))
          say(
            `Attempt ${event.attempt} of job ${event.job} began in queue ${queue} while it was paused.`,
            call,
            answer,
            claim.seen,
          );
      }
    }
  },
};

/** Whether the claim may have been decided after somebody had begun to resume the queue. */
function isAfter(
  { history: { clockErrorMs } }: Told,
  { seen, knownAt }: ToldEvent,
  resumes: readonly Pause[],
  from: Place,
): boolean {
  if (knownAt < from) return false;
  if (clockErrorMs === undefined) return true;
  return resumes.some(({ call }) => seen.event.time >= call.at - clockErrorMs);
}

/** The last place of which it is sure that the claim was decided after it. */
function decidedAfter(told: Told, { seen: { event } }: ToldEvent): Place {
  const job = told.jobs.get(event.job);
  let after = job?.submit?.begin ?? -1;
  for (const { granted } of job?.attempts.get(event.attempt)?.grants ?? []) {
    if (granted.call === undefined) continue;
    const claim = told.callsOf("claim").find(({ call }) => call.call === granted.call);
    if (claim) after = Math.max(after, claim.begin);
  }
  return after;
}

function isLater({ history: { clockErrorMs } }: Told, { seen }: ToldEvent, at: number): boolean {
  return clockErrorMs !== undefined && seen.event.time > at + clockErrorMs;
}
