import { create } from "@bufbuild/protobuf";
import { type Attempt, type Outcome, OutcomeSchema } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { wellFormed } from "../json/well-formed.js";

/** The media type of a failure's full text, kept as the attempt's result where it is too long for a message. */
export const failureTextType = "text/plain; charset=utf-8";

/** The core's limit for a message is 64 KiB. */
const maxMessageBytes = 64 * 1024;

/**
 * Says how a job failed, in its runner's words. A text that is too long for a message is kept whole as the attempt's
 * result: a failed job shows none of its own.
 */
export function failureOutcome(words: string, retryable = false): Outcome {
  const text = wellFormed(words);
  const bytes = new TextEncoder().encode(text);
  if (bytes.length <= maxMessageBytes) return create(OutcomeSchema, { message: text, retryable });
  // In streaming mode the decoder keeps back a character that the cut went through.
  const message = new TextDecoder().decode(bytes.subarray(0, maxMessageBytes), { stream: true });
  return create(OutcomeSchema, { message, retryable, result: { data: bytes, contentType: failureTextType } });
}

/** The words about a failure: the runner's, or else others. */
export function failureText(attempt: Attempt | undefined, otherwise: string): string {
  const { outcome } = attempt ?? {};
  if (outcome?.result?.contentType === failureTextType) return new TextDecoder().decode(outcome.result.data);
  return outcome?.message || otherwise;
}
