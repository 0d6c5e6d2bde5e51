import { SwitchyardError } from "@switchyard/errors";
import { classifyError, sqlstateOf } from "../sqlstate.js";

/** Whether a failed write may have happened. */
export type WriteOutcome = "not_written" | "unknown";

/**
 * Says whether a failed flush may have been committed. Only an answer of the server that is not about the connection itself
 * proves that the transaction was rolled back.
 */
export function outcomeOf(error: unknown): WriteOutcome {
  return sqlstateOf(error) !== undefined && classifyError(error) !== "unavailable" ? "not_written" : "unknown";
}

/** The error of an item whose lane is not there, or died below it. */
export function laneUnavailable(lane: string, outcome: WriteOutcome, cause?: unknown): SwitchyardError {
  const text = outcome === "unknown" ? "the outcome of the write is unknown" : "nothing was written";
  return new SwitchyardError(
    "STORAGE_UNAVAILABLE",
    `lane ${lane} is not available; ${text}`,
    { lane, outcome },
    { cause },
  );
}

/** The error of an item that found too many others waiting. */
export function laneFull(lane: string, maxPending: number): SwitchyardError {
  const metadata = { lane, limit: String(maxPending), outcome: "not_written" };
  return new SwitchyardError("RATE_LIMITED", `lane ${lane} has ${maxPending} writes pending`, metadata);
}
