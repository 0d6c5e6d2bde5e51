import { SwitchyardError } from "@switchyard/errors";
import { classifyError, type ErrorClass } from "./sqlstate.js";

/** What may pass by itself. */
const passing: ReadonlySet<ErrorClass> = new Set<ErrorClass>(["unavailable", "exhausted", "timeout", "retryable"]);

/**
 * Says as a typed failure what a caller may repeat: an unreachable or exhausted server, a limit of time, a conflict that the server solved by
 * ending one side. That is `STORAGE_UNAVAILABLE`, whose metadata `outcome` is `unknown` where a write may have happened, else `not_written`.
 * Everything else comes back as it is.
 */
export function asStorageError(error: unknown): unknown {
  if (error instanceof SwitchyardError) return error;
  const kind = classifyError(error);
  if (!passing.has(kind)) return error;
  const outcome = kind === "unavailable" ? "unknown" : "not_written";
  return new SwitchyardError(
    "STORAGE_UNAVAILABLE",
    "the database does not answer as it should",
    { outcome },
    { cause: error },
  );
}
