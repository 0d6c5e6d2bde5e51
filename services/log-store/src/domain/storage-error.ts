import { SwitchyardError } from "@switchyard/errors";
import { classifyError } from "@switchyard/postgres";

/** What a failed query means for a caller: the database is away or busy, or (anything else) a fault of the store. */
export function toStorageError(error: unknown): SwitchyardError {
  if (error instanceof SwitchyardError) return error;
  const passes = ["unavailable", "timeout", "exhausted", "retryable"].includes(classifyError(error));
  return passes
    ? new SwitchyardError("STORAGE_UNAVAILABLE", "the database does not answer", {}, { cause: error })
    : new SwitchyardError("INTERNAL", "the log store failed", {}, { cause: error });
}

/** For `catch`: throws what {@link toStorageError} makes of it. */
export function throwStorageError(error: unknown): never {
  throw toStorageError(error);
}
