import type { Outcome } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { AttemptState } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import type { JobEvent } from "@switchyard/proto/switchyard/scheduler/v1/event_pb";
import { type EndReason, JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import type { History } from "../world/history.js";
import type { SentItem } from "../world/world.js";
import type { ModelPolicy } from "./policy.js";

/** An attempt, as the events tell of it. Times are of the scheduler's clock, in ms. */
export interface ModelAttempt {
  readonly number: number;
  readonly reopen: number;
  readonly runnerId: string;
  readonly claimedAt: number;
  startedAt: number | undefined;
  state: AttemptState;
  /** How many events of the job there are up to and with its end; undefined while it is live. */
  endedBy: number | undefined;
}

/** What a read shows of a job at one moment of its life. */
export interface View {
  readonly state: JobState;
  readonly attempts: number;
  readonly attempt: AttemptState;
  readonly cancelRequested: boolean;
}

/** A job that another one waits for. */
export interface ModelParent {
  readonly id: string | undefined;
  readonly satisfiedBy: readonly JobState[];
  /** How the child ends when the parent ends in another state. */
  readonly otherwise: JobState;
}

/** A job, as the events tell of it. */
export interface ModelJob {
  readonly id: string;
  /** What was asked for; undefined when nobody can tell any more. */
  readonly item: SentItem | undefined;
  readonly policy: ModelPolicy;
  /** The job's events so far, and what a read shows after each: `views[n]` is after n events. */
  readonly events: JobEvent[];
  readonly views: (View | undefined)[];
  readonly attempts: ModelAttempt[];
  readonly parents: readonly ModelParent[];
  /** The states in which it has ended so far; a deletion counts as a cancel. */
  readonly ends: JobState[];
  state: JobState;
  endReason: EndReason;
  live: ModelAttempt | undefined;
  cancelRequested: boolean;
  reopen: number;
  /** The submission or the last reopening. */
  opened: JobEvent | undefined;
  counted: number;
  failures: number;
  lostBeforeStart: number;
  lostAfterStart: number;
  /** The job must not become ready before. */
  notBefore: number;
  deleted: boolean;
}

/**
 * The reference: what must have happened, told by the events in the order of their numbers and checked against the contract. It knows nothing of
 * shards, lanes or memory.
 */
export interface Model {
  readonly jobs: Map<string, ModelJob>;
  readonly history: History;
  /** The runner's words about the end of an attempt, as they are kept. */
  outcome(job: ModelJob, attempt: number): Outcome | undefined;
  /** Whether the job is still there in the end; of one that was deleted, nobody knows its runners' words. */
  isKept(job: ModelJob): boolean;
}

/** Complains about something that must not be. */
export type Say = (complaint: string) => void;

/** Applies an event and returns the states that may follow. */
export type Transition = (model: Model, job: ModelJob, event: JobEvent, say: Say) => readonly JobState[];

/** States that nothing leaves by itself. */
const finalStates: readonly JobState[] = [JobState.SUCCEEDED, JobState.FAILED, JobState.TIMED_OUT, JobState.CANCELLED];

/** Whether a job has ended. */
export function isFinal(state: JobState): boolean {
  return finalStates.includes(state);
}

/**
 * Whether a job may have become ready without an event: one whose time came, or whose parents ended, while nobody owned the shard is put in
 * line by the next owner, which can't know whether the one before it had told. A reader sees the state, a watcher sees the next event.
 */
export function mayBeReady(model: Model, job: ModelJob, at: number): boolean {
  if (job.state === JobState.BLOCKED && !job.parents.every((parent) => isSatisfied(model, parent))) return false;
  return (job.state === JobState.SCHEDULED || job.state === JobState.BLOCKED) && job.notBefore <= at;
}

/** Whether a parent has ended in a state that lets its child go on, or may have. It may have been opened again since. */
export function isSatisfied({ jobs }: Model, { id, satisfiedBy }: ModelParent): boolean {
  return id === undefined || (jobs.get(id)?.ends.some((end) => satisfiedBy.includes(end)) ?? false);
}

/** What a read shows of a job now. */
export function viewOf({ state, attempts, cancelRequested }: ModelJob): View {
  const attempt = attempts.at(-1)?.state ?? AttemptState.UNSPECIFIED;
  return { state, attempts: attempts.at(-1)?.number ?? 0, attempt, cancelRequested };
}

/** The time of an event in ms. */
export function timeOf({ time }: JobEvent): number {
  return time ? Number(time.seconds) * 1_000 + Math.floor(time.nanos / 1_000_000) : 0;
}
