import type { EndFacts } from "./end-facts.js";
import type { EndReason, JobState, OpenJob } from "./model.js";
import type { CoreEvent } from "./writes.js";

/** Makes an event about a job; everything that is not said is empty. */
export function eventOf(
  job: OpenJob,
  type: CoreEvent["type"],
  at: number,
  state: JobState,
  more: {
    readonly previous?: JobState | "";
    readonly attempt?: number;
    readonly runnerId?: string;
    readonly reason?: EndReason | "";
    readonly message?: string;
    readonly actor?: string;
    readonly facts?: EndFacts | undefined;
  } = {},
): CoreEvent {
  const { previous = "", attempt = 0, runnerId = "", reason = "", message = "", actor = "", facts } = more;
  const { space, serial, reopen, shape, kind } = job;
  // biome-ignore format: one literal, of one hidden class
  return { type, space, serial, reopen, at, previous, state, attempt, runnerId, reason, message, actor, kind, shape, facts };
}

/** The contract's state of an open job. */
export function openState(job: OpenJob): JobState {
  if (job.live && job.phase !== "claiming") return "RUNNING";
  if (job.storedParents.length > 0) return "BLOCKED";
  // A job that is being claimed, or waits in line, is past its time.
  return job.readyAt > 0 && job.phase !== "queued" && job.phase !== "claiming" ? "SCHEDULED" : "QUEUED";
}
