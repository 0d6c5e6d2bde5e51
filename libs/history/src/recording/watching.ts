import {
  JobEventType as EventType,
  type JobEvent as EventMessage,
} from "@switchyard/proto/switchyard/scheduler/v1/event_pb";
import { EndReason, JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import type { WatchJobsResponse } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import type { JobEvent, JobEventType } from "../job-event.js";
import type { Overrun, WatchedEvent, WatchedUpTo } from "../observation.js";
import { enumWord } from "./enum-word.js";
import { msOf } from "./times.js";

/** A durable event of a job; undefined for what is none: progress, runners' coming and going, an overrun. */
export function jobEventOf(message: EventMessage): JobEvent | undefined {
  if (message.sequence === 0n || message.jobId === "" || message.type === EventType.OVERRUN) return undefined;
  const state = enumWord<JobEvent["state"]>(JobState, message.state);
  if (state === "") return undefined;
  return {
    sequence: Number(message.sequence),
    time: message.time ? msOf(message.time) : 0,
    type: enumWord<JobEventType>(EventType, message.type) as JobEventType,
    job: message.jobId,
    previousState: enumWord(JobState, message.previousState),
    state,
    attempt: message.attempt,
    runner: message.runnerId,
    reason: enumWord(EndReason, message.endReason),
    message: message.message,
    queue: message.queue,
  };
}

/** What a watcher was told in one message: its events, or that some are gone, and up to where it has now seen all. */
export function watchedOf(
  at: number,
  { watcher, namespace }: { readonly watcher: string; readonly namespace: string },
  { events, sequence }: WatchJobsResponse,
): (WatchedEvent | Overrun | WatchedUpTo)[] {
  const told: (WatchedEvent | Overrun | WatchedUpTo)[] = [];
  for (const message of events) {
    if (message.type === EventType.OVERRUN)
      told.push({ type: "overrun", at, watcher, namespace, upTo: Number(message.sequence) });
    const event = jobEventOf(message);
    if (event) told.push({ type: "event", at, watcher, namespace, event });
  }
  if (sequence > 0n) told.push({ type: "seen", at, watcher, namespace, upTo: Number(sequence) });
  return told;
}
