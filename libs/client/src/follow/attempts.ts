import { JobEventType } from "@switchyard/proto/switchyard/scheduler/v1/event_pb";
import { EndReason } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { createNotifier } from "../notifier.js";
import { isFinalState } from "./job-states.js";
import type { JobUpdate } from "./watch-job.js";

/** What is known about a job's attempts while it is watched. */
export interface Attempts {
  /** Something has been observed. */
  readonly known: boolean;
  /** Number of the newest attempt; 0 before the first claim. */
  readonly newest: number;
  /** Every attempt up to this number has ended. */
  readonly endedUpTo: number;
  /** The job has ended, or the watch: no attempt will follow. */
  readonly over: boolean;
  /** The job's end took the last attempt away from its runner: nobody may add to its log any more, and nobody may seal it. */
  readonly revoked: boolean;
  /** Settles at the next change. */
  changed(): Promise<void>;
  /** Takes in what the watch says. */
  observe(update: JobUpdate): void;
  /** Says that the watch has ended. */
  close(): void;
}

const attemptEnds: ReadonlySet<JobEventType> = new Set([
  JobEventType.ATTEMPT_FAILED,
  JobEventType.LEASE_LOST,
  JobEventType.RELEASED,
]);

/** Makes the picture of a job whose attempts are not known yet. */
export function createAttempts(): Attempts {
  const notifier = createNotifier();
  let newest = 0;
  let endedUpTo = 0;
  let over = false;
  let known = false;
  let revoked = false;
  const finish = () => {
    over = true;
    endedUpTo = newest;
  };
  const end = (reason: EndReason) => {
    revoked = reason !== EndReason.REPORTED && reason !== EndReason.UNSPECIFIED;
    finish();
  };
  return {
    get known() {
      return known;
    },
    get newest() {
      return newest;
    },
    get endedUpTo() {
      return endedUpTo;
    },
    get over() {
      return over;
    },
    get revoked() {
      return revoked;
    },
    changed: () => notifier.changed(),
    observe(update) {
      known = true;
      if (update.type === "snapshot") {
        newest = Math.max(newest, update.job.attemptCount);
        endedUpTo = Math.max(endedUpTo, newest - 1);
        if (isFinalState(update.job.state)) end(update.job.endReason);
      } else {
        const { type, attempt, endReason } = update.event;
        newest = Math.max(newest, attempt);
        endedUpTo = Math.max(endedUpTo, attemptEnds.has(type) ? attempt : newest - 1);
        if (type === JobEventType.ENDED || type === JobEventType.DELETED) end(endReason);
      }
      notifier.notify();
    },
    close() {
      finish();
      notifier.notify();
    },
  };
}
