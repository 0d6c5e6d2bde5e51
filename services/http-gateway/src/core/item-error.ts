import { isReason, SwitchyardError } from "@switchyard/errors";
import { ErrorReason } from "@switchyard/proto/switchyard/common/v1/errors_pb";

/** What an item of a batch answer of the core says about its failure. */
export interface AnsweredItem {
  readonly reason: ErrorReason;
  readonly message: string;
  readonly metadata?: Readonly<Record<string, string>>;
}

/** The reason of an item of a batch answer as an error; undefined for an item that went well. */
export function itemError(item: AnsweredItem): SwitchyardError | undefined {
  if (item.reason === ErrorReason.UNSPECIFIED) return undefined;
  const name = ErrorReason[item.reason] ?? "";
  return new SwitchyardError(isReason(name) ? name : "INTERNAL", item.message, item.metadata);
}
