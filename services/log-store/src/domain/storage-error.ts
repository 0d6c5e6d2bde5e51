import { SwitchyardError } from "@switchyard/errors";
import { asStorageError } from "@switchyard/postgres";

/** What a failed query means for a caller: the database is away or busy, or (anything else) a fault of the store. */
export function toStorageError(error: unknown): SwitchyardError {
  const known = asStorageError(error);
  if (known instanceof SwitchyardError) return known;
  return new SwitchyardError("INTERNAL", "the log store failed", {}, { cause: error });
}

/** For `catch`: throws what {@link toStorageError} makes of it. */
export function throwStorageError(error: unknown): never {
  throw toStorageError(error);
}
