import { SwitchyardError } from "@switchyard/errors";
import type { StreamKey } from "../../model/stream-key.js";
import type { Closed } from "./decide-append.js";

/** Says why an append was refused, in words and metadata. */
export function refusalOf(
  { stream, attempt }: StreamKey,
  reason: Closed | "SEQUENCE_MISMATCH",
  nextSequence: number,
): SwitchyardError {
  const metadata = { stream, attempt: String(attempt), next_sequence: String(nextSequence) };
  switch (reason) {
    case "LEASE_LOST":
      return new SwitchyardError(reason, `attempt ${attempt} is not the job's newest attempt`, metadata);
    case "LOG_SEALED":
      return new SwitchyardError(reason, `stream ${stream} has ended at ${nextSequence} entries`, metadata);
    case "LOG_LIMIT_REACHED":
      return new SwitchyardError(reason, `stream ${stream} has as much text as a stream may have`, metadata);
    case "SEQUENCE_MISMATCH":
      return new SwitchyardError(reason, `stream ${stream} goes on at sequence number ${nextSequence}`, metadata);
  }
}
