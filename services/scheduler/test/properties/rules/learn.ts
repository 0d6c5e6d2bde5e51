import { AttemptState, type Lease } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { ErrorReason } from "@switchyard/proto/switchyard/common/v1/errors_pb";
import { JobEventType } from "@switchyard/proto/switchyard/scheduler/v1/event_pb";
import { type Job, JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import type { Evidence } from "../model/evidence.js";
import type { Model, ModelJob, Say, View } from "../model/model.js";
import { storyOf } from "../model/replay.js";
import type { AnyCall, Call } from "../world/history.js";
import { Knowledge } from "./knowledge.js";

/**
 * Collects from all answers how much of each job they tell of. Complains about answers that tell of something that never was, or of less than
 * an earlier answer: a read that goes back, memory that had more than the tables, an acknowledged write that is gone.
 */
export function learn(evidence: Evidence, model: Model, say: Say): Knowledge {
  const knowledge = new Knowledge();
  const teacher = new Teacher(model, knowledge, say);
  for (const call of evidence.history.calls) if (call.answer) teacher.hear(call);
  return knowledge;
}

/** Which of a job's events an answer must have been given after. */
class Teacher {
  constructor(
    private readonly model: Model,
    private readonly knowledge: Knowledge,
    private readonly say: Say,
  ) {}

  hear(call: AnyCall): void {
    switch (call.method) {
      case "submitJobs":
        for (const { jobId, state } of call.answer?.jobs ?? []) {
          if (state === JobState.UNSPECIFIED) this.#gone(call, jobId);
          else this.#read(call, jobId, (view) => isIn(view, state), JobState[state]);
        }
        break;
      case "claimJobs":
      case "syncCapacity":
        this.#leases(call, call.answer?.leases ?? []);
        break;
      case "renewLeases":
        this.#leases(call, call.answer?.results.flatMap(({ unnamed }) => unnamed) ?? []);
        break;
      case "reportAttempts":
        this.#reports(call);
        break;
      case "cancelJobs":
        for (const { job, reason } of call.answer?.results ?? []) {
          this.#job(call, job);
          if (job && reason === ErrorReason.UNSPECIFIED) this.#happened(call, job.id, isCancel, "a cancel");
        }
        break;
      case "getJob":
        this.#job(call, call.answer?.job);
        break;
      case "listJobs":
        for (const job of call.answer?.jobs ?? []) this.#job(call, job);
        break;
      default:
    }
  }

  #leases(call: AnyCall, leases: readonly Lease[]): void {
    for (const { jobId, attempt } of leases)
      this.#happened(call, jobId, (event) => event.type === claimed && event.attempt === attempt, `lease ${attempt}`);
  }

  #reports(call: Call<"reportAttempts">): void {
    for (const [i, result] of (call.answer?.results ?? []).entries()) {
      const { attempt: ref, report } = call.request.reports?.[i] ?? {};
      if (!ref?.jobId || !report || result.reason !== ErrorReason.UNSPECIFIED) continue;
      const { attempt } = result;
      if (report.case === "outcome")
        this.#happened(call, ref.jobId, (event) => event.attempt === attempt && endsAttempt(event.type), "an outcome");
      else this.#happened(call, ref.jobId, (event) => event.attempt === attempt && event.type === started, "a start");
      if (result.job) this.#job(call, result.job);
    }
  }

  /** The answer says that such an event is durable. */
  #happened(call: AnyCall, jobId: string, isIt: (event: ModelJob["events"][number]) => boolean, what: string): void {
    const job = this.model.jobs.get(jobId);
    const index = job?.events.findIndex(isIt) ?? -1;
    if (!job) this.say(`${what} of job ${jobId} was acknowledged, and there is no event of the job`);
    else if (index < 0) this.say(`${what} was acknowledged and did not happen\n    ${storyOf(job)}`);
    else this.knowledge.learn(jobId, call.end, index + 1);
  }

  /** A repeat is answered with its job's id although the job is deleted. */
  #gone(call: AnyCall, jobId: string): void {
    if (!this.model.jobs.get(jobId)?.deleted) this.say(`${call.method} shows no state of job ${jobId}, which is there`);
    else this.#happened(call, jobId, ({ type }) => type === JobEventType.DELETED, "a deletion");
  }

  #job(call: AnyCall, job: Job | undefined): void {
    if (!job) return;
    const { state, attemptCount, lastAttempt, cancelRequested } = job;
    const attempt = lastAttempt?.state ?? AttemptState.UNSPECIFIED;
    const text = `${JobState[state]}, attempt ${attemptCount} ${AttemptState[attempt]}${cancelRequested ? ", cancel requested" : ""}`;
    const fits = (view: View) =>
      isIn(view, state) &&
      view.attempts === attemptCount &&
      view.attempt === attempt &&
      view.cancelRequested === cancelRequested;
    this.#read(call, job.id, fits, text);
  }

  /** The answer shows the job as it was at one moment of its life, not before what was known when the call began. */
  #read(call: AnyCall, jobId: string, fits: (view: View) => boolean, text: string): void {
    const job = this.model.jobs.get(jobId);
    const known = Math.max(1, this.knowledge.known(jobId, call.begin));
    const index = job?.views.findIndex((view, at) => at >= known && view !== undefined && fits(view)) ?? -1;
    if (!job) this.say(`${call.method} shows job ${jobId}, of which there is no event`);
    else if (index < 0)
      this.say(`${call.method} shows ${text}, but ${known} events were known before\n    ${storyOf(job)}`);
    else this.knowledge.learn(jobId, call.end, index);
  }
}

const { CLAIMED: claimed, STARTED: started } = JobEventType;

/** Whether a job may be seen in a state. What it waits for may have come without an event, see `mayBeReady`. */
function isIn(view: View, state: JobState): boolean {
  if (view.state === state) return true;
  const { BLOCKED, SCHEDULED, QUEUED } = JobState;
  return (
    (state === QUEUED && (view.state === SCHEDULED || view.state === BLOCKED)) ||
    (state === SCHEDULED && view.state === BLOCKED)
  );
}

function isCancel({ type }: ModelJob["events"][number]): boolean {
  return type === JobEventType.CANCEL_REQUESTED || type === JobEventType.ENDED;
}

/** Whether an event of this type ends the attempt that it names. */
function endsAttempt(type: JobEventType): boolean {
  return (
    type === JobEventType.ATTEMPT_FAILED ||
    type === JobEventType.LEASE_LOST ||
    type === JobEventType.RELEASED ||
    type === JobEventType.ENDED
  );
}
