import { OperationFailure } from "../operation.js";

/** What an import can end with. The gateway makes a status of it. */
export type ImportCode = "invalid_id" | "not_found" | "rate_limited" | "blocked" | "scrape_failed" | "unexpected";

/** A failure whose words are shown to the caller as they are. */
export function importFailure(code: ImportCode, message: string, cause?: unknown): OperationFailure {
  return new OperationFailure(message, { code, ...(cause === undefined ? {} : { cause }) });
}

/** Runs an import: what nobody foresaw is told in the words that clients know. */
export async function asImport<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof OperationFailure) throw error;
    throw importFailure(
      "unexpected",
      `Unexpected error: ${error instanceof Error ? error.message : String(error)}`,
      error,
    );
  }
}
