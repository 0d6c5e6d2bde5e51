import type { FinalState, JobState } from "../core/model.js";

/** Whether nothing leaves the state by itself. */
export function isFinal(state: JobState): state is FinalState {
  return state === "SUCCEEDED" || state === "FAILED" || state === "TIMED_OUT" || state === "CANCELLED";
}
