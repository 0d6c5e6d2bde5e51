import { type JobEvent, JobEventType } from "@switchyard/proto/switchyard/scheduler/v1/event_pb";
import { EndReason, JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import type { Feature } from "../features/feature.js";
import type { Evidence } from "./evidence.js";
import { endings } from "./endings.js";
import { lifeTransitions } from "./life.js";
import { isFinal, mayBeReady, type Model, type ModelJob, type Say, timeOf, type Transition, viewOf } from "./model.js";
import { parentsOf } from "./parents.js";
import { policyOf } from "./policy.js";

/** Tells the events of a namespace again, in the order of their numbers, and complains about each that the contract does not allow. */
export function replay(evidence: Evidence, features: readonly Feature[], say: Say): Model {
  const model: Model = {
    jobs: new Map(),
    history: evidence.history,
    isKept: ({ id }) => evidence.jobs.has(id),
    outcome: (job, attempt) => evidence.jobs.get(job.id)?.attempts.find(({ number }) => number === attempt)?.outcome,
  };
  const byType = Object.assign({}, lifeTransitions, ...features.map(({ transitions }) => transitions));
  const byReason = Object.assign({}, endings, ...features.map((feature) => feature.endings));
  let last = 0n;
  for (const event of evidence.events) {
    if (event.sequence <= last) say(`event ${event.sequence} comes after event ${last}`);
    last = event.sequence;
    const job = jobOf(model, evidence, event);
    const sayOf: Say = (complaint) => {
      if (isKnown(evidence, job)) say(`${complaint}\n    ${storyOf(job)}`);
    };
    for (const { watch } of features) watch?.(model, job, event, sayOf);
    apply(model, job, event, event.type === JobEventType.ENDED ? byReason[event.endReason] : byType[event.type], sayOf);
  }
  return model;
}

function apply(model: Model, job: ModelJob, event: JobEvent, transition: Transition | undefined, say: Say): void {
  if (job.events.length === 0 && event.type !== JobEventType.SUBMITTED) say("begins without a submit");
  if (job.deleted) say("goes on after its deletion");
  if (waitsElsewhere(event, job) && mayBeReady(model, job, timeOf(event))) job.state = event.previousState;
  if (event.previousState !== job.state)
    say(`was ${JobState[job.state]}, and the event says ${JobState[event.previousState]}`);
  if (isFinal(job.state) && !afterTheEnd.includes(event.type)) say("goes on after its end");
  job.events.push(event);
  const allowed = transition?.(model, job, event, say);
  if (!allowed) say(`${JobEventType[event.type]} (${EndReason[event.endReason]}) is not to be expected`);
  else if (!allowed.includes(event.state))
    say(`is ${JobState[event.state]}, and should be ${allowed.map((state) => JobState[state]).join(" or ")}`);
  job.state = event.state;
  job.endReason = event.endReason;
  if (isFinal(job.state)) job.ends.push(job.state);
  job.views.push(viewOf(job));
}

/**
 * Whether somebody can tell what was asked for. Nobody can of a job that is deleted and whose creator's answer was lost; others may know its id
 * because it stood for their items.
 */
function isKnown({ jobs }: Evidence, { id, item }: ModelJob): boolean {
  return item !== undefined || jobs.has(id);
}

/** Whether an event says that a job has gone on to wait for something else. */
function waitsElsewhere({ previousState }: JobEvent, { state }: ModelJob): boolean {
  return previousState !== state && (previousState === JobState.QUEUED || previousState === JobState.SCHEDULED);
}

/** What may happen to a job that has ended. */
const afterTheEnd: readonly JobEventType[] = [JobEventType.REOPENED, JobEventType.DELETED, JobEventType.DISMISSED];

function jobOf(model: Model, evidence: Evidence, { jobId }: JobEvent): ModelJob {
  let job = model.jobs.get(jobId);
  if (job) return job;
  const item = evidence.items.get(evidence.marks.get(jobId) ?? "");
  job = {
    ...{ id: jobId, item, policy: policyOf(item?.spec ?? {}), events: [], views: [undefined], attempts: [] },
    ...{ parents: parentsOf(evidence, item), ends: [] },
    ...{ state: JobState.UNSPECIFIED, endReason: EndReason.UNSPECIFIED, live: undefined, cancelRequested: false },
    ...{
      reopen: 0,
      opened: undefined,
      counted: 0,
      failures: 0,
      lostBeforeStart: 0,
      lostAfterStart: 0,
      notBefore: 0,
      deleted: false,
    },
  };
  model.jobs.set(jobId, job);
  return job;
}

/** A job's events in a line, for complaints. */
export function storyOf({ item, events }: Pick<ModelJob, "item" | "events">): string {
  const words = events.map(({ sequence, type, state, attempt, runnerId }) => {
    const who = attempt > 0 ? ` ${attempt}@${runnerId}` : "";
    return `${sequence} ${JobEventType[type]}${who} -> ${JobState[state]}`;
  });
  return `job ${item?.mark ?? "?"}: ${words.join("; ")}`;
}
