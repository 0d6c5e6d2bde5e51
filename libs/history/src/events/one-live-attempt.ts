import { endsAttempt } from "../job-event.js";
import type { EventRule } from "./event-rule.js";

/** An attempt begins only when the one before it was recorded as ended, lost or given back, and what is told of a running attempt is told of that one. */
export const oneLiveAttempt: EventRule = {
  name: "one-live-attempt",
  check({ live, recent, whole, state }, seen, say) {
    const { type, job, attempt, runner } = seen.event;
    const before = live?.claimed ?? recent.at(-1);
    const shown = before ? [before, seen] : [seen];
    if (type === "CLAIMED") {
      if (live) say(`Attempt ${attempt} of job ${job} began while attempt ${live.number} was live.`, ...shown);
      return;
    }
    const isAbout = type === "STARTED" || type === "CANCEL_REQUESTED" || endsAttempt(seen.event);
    if (!isAbout) return;
    // What is known from the middle on may run under any number.
    if (!live && !whole && (state === "" || state === "RUNNING")) return;
    if (!live) say(`${type} is about attempt ${attempt} of job ${job}, and none was live.`, ...shown);
    else if (live.number !== attempt)
      say(`${type} is about attempt ${attempt} of job ${job}, and attempt ${live.number} was live.`, ...shown);
    else if (live.runner !== runner)
      say(`${type} of job ${job} names runner ${runner}, and ${live.runner} holds attempt ${attempt}.`, ...shown);
    else if (type === "STARTED" && live.started) say(`Attempt ${attempt} of job ${job} was started twice.`, ...shown);
  },
};
