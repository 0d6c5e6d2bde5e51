import { isReason, type Reason, SwitchyardError } from "@switchyard/errors";
import { ErrorReason } from "@switchyard/proto/switchyard/common/v1/errors_pb";

/** The error that says what an item of a batch was refused for. Metadata goes along: it tells dialects how to answer. */
export function refusalOf(refused: {
  readonly reason: ErrorReason;
  readonly message: string;
  readonly metadata: Readonly<Record<string, string>>;
}): SwitchyardError {
  const name = ErrorReason[refused.reason] ?? "INTERNAL";
  const reason: Reason = isReason(name) ? name : "INTERNAL";
  return new SwitchyardError(reason, refused.message === "" ? undefined : refused.message, refused.metadata);
}
