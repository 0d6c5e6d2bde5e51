import { create } from "@bufbuild/protobuf";
import { type Outcome, OutcomeSchema } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import type { JsonDocument } from "../../json/parse-json.js";
import { wellFormed } from "../../json/well-formed.js";
import { errorTextType } from "./mapping.js";

/** The core's limit for a message is 64 KiB. */
const maxMessageBytes = 64 * 1024;

/**
 * Says how a task failed. Its error text is `error` if that is a string, "Unknown error" if there is none, and the whole
 * body's text otherwise. A text that is too long for a message is kept whole as the attempt's result: a failed task
 * shows none of its own.
 */
export function failureOutcome({ text, value }: JsonDocument): Outcome {
  const body = value as { readonly error?: unknown };
  const hasError = Object.hasOwn(body, "error");
  const words = !hasError ? "Unknown error" : typeof body.error === "string" ? wellFormed(body.error) : text.trim();
  const bytes = new TextEncoder().encode(words);
  if (bytes.length <= maxMessageBytes) return create(OutcomeSchema, { message: words, retryable: false });
  // In streaming mode the decoder keeps back a character that the cut went through.
  const message = new TextDecoder().decode(bytes.subarray(0, maxMessageBytes), { stream: true });
  return create(OutcomeSchema, { message, retryable: false, result: { data: bytes, contentType: errorTextType } });
}
