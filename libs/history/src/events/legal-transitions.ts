import { type EndReason, isFinal, type JobEvent, type JobEventType, type JobState } from "../job-event.js";
import type { EventRule } from "./event-rule.js";

const waiting: readonly JobState[] = ["BLOCKED", "SCHEDULED", "QUEUED"];
const running: readonly JobState[] = ["RUNNING"];
const open: readonly JobState[] = [...waiting, ...running];
const ended: readonly JobState[] = ["SUCCEEDED", "FAILED", "TIMED_OUT", "CANCELLED"];
const all: readonly JobState[] = [...open, ...ended];

interface Transition {
  readonly from: readonly (JobState | "")[];
  /** `same`: the state stays. */
  readonly to: readonly JobState[] | "same";
}

const transitions: Readonly<Record<Exclude<JobEventType, "ENDED">, Transition>> = {
  SUBMITTED: { from: [""], to: waiting },
  READY: { from: ["BLOCKED", "SCHEDULED"], to: ["SCHEDULED", "QUEUED"] },
  CLAIMED: { from: ["QUEUED"], to: running },
  STARTED: { from: running, to: running },
  ATTEMPT_FAILED: { from: running, to: ["QUEUED", "SCHEDULED"] },
  LEASE_LOST: { from: running, to: ["QUEUED", "SCHEDULED"] },
  RELEASED: { from: running, to: ["QUEUED", "SCHEDULED"] },
  CANCEL_REQUESTED: { from: running, to: running },
  AMENDED: { from: open, to: "same" },
  REOPENED: { from: ended, to: ["QUEUED"] },
  DELETED: { from: all, to: "same" },
  DISMISSED: { from: ended, to: "same" },
};

/** An end must say why, and each reason has its states. */
const ends: Readonly<Record<EndReason, Transition>> = {
  REPORTED: { from: running, to: ["SUCCEEDED", "FAILED"] },
  LEASE_LOST: { from: running, to: ["FAILED"] },
  EXECUTION_TIMEOUT: { from: running, to: ["TIMED_OUT"] },
  NOT_STARTED: { from: waiting, to: ["TIMED_OUT"] },
  CANCELLED: { from: open, to: ["CANCELLED"] },
  PARENT: { from: waiting, to: ["CANCELLED", "FAILED"] },
  CLOSED: { from: open, to: ["FAILED", "CANCELLED"] },
};

/** Each event leads from the state in which the one before it left the job to one that may follow; nothing leaves a final state but a reopening. */
export const legalTransitions: EventRule = {
  name: "legal-transitions",
  check(life, seen, say) {
    const { event } = seen;
    const { type, job, state, previousState } = event;
    const last = life.recent.at(-1);
    const shown = last ? [last, seen] : [seen];
    if (!last && life.whole && type !== "SUBMITTED")
      return say(`The first event of job ${job} is ${type}; it was never submitted.`, seen);
    if (life.deleted) return say(`Job ${job} was deleted, and ${type} followed.`, ...shown);
    if (last && type === "SUBMITTED") return say(`Job ${job} was submitted twice.`, ...shown);
    if (last && previousState !== life.state)
      return say(`${type} of job ${job} says that it was ${previousState}, but it was ${life.state}.`, ...shown);
    const problem = notAllowed(event);
    if (problem) say(`${type} of job ${job} ${problem}.`, ...shown);
    if (type === "READY" && previousState === state) say(`READY of job ${job} left it ${state}.`, ...shown);
    return undefined;
  },
};

function notAllowed({ type, reason, previousState, state }: JobEvent): string | undefined {
  const transition = type === "ENDED" ? ends[reason as EndReason] : transitions[type];
  if (!transition) return `gives no known reason (${reason || "none"})`;
  if (type !== "ENDED" && reason !== "" && !isFinal(state)) return `gives a reason of an end, ${reason}`;
  if (!transition.from.includes(previousState)) return `came while it was ${previousState || "not there"}`;
  const isRight = transition.to === "same" ? state === previousState : transition.to.includes(state);
  if (!isRight) return `${reason ? `(${reason}) ` : ""}led from ${previousState || "nothing"} to ${state}`;
  return undefined;
}
