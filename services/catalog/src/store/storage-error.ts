import { SwitchyardError } from "@switchyard/errors";
import { classifyError } from "@switchyard/postgres";

/**
 * Runs work on the database and says as a typed failure what callers may repeat: an unreachable or exhausted server, a limit of
 * time, a conflict that the server solved by ending one side. Everything else passes as it is.
 *
 * @throws SwitchyardError STORAGE_UNAVAILABLE; whether a write happened is unknown when metadata `outcome` is `unknown`
 */
export async function withStorageErrors<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const kind = classifyError(error);
    if (kind !== "unavailable" && kind !== "exhausted" && kind !== "timeout" && kind !== "retryable") throw error;
    const outcome = kind === "unavailable" ? "unknown" : "not_written";
    throw new SwitchyardError(
      "STORAGE_UNAVAILABLE",
      "the database does not answer as it should",
      { outcome },
      { cause: error },
    );
  }
}
