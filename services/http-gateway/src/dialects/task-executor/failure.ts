import type { Outcome } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { failureOutcome } from "../../core/failure-text.js";
import type { JsonDocument } from "../../json/parse-json.js";

/**
 * Says how a task failed. Its error text is `error` if that is a string, "Unknown error" if there is none, and the whole
 * body's text otherwise.
 */
export function taskFailure({ text, value }: JsonDocument): Outcome {
  const body = value as { readonly error?: unknown };
  if (!Object.hasOwn(body, "error")) return failureOutcome("Unknown error");
  return failureOutcome(typeof body.error === "string" ? body.error : text.trim());
}
