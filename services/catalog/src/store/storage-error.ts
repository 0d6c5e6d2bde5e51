import { asStorageError } from "@switchyard/postgres";

/**
 * Runs work on the database and says as a typed failure what callers may repeat. Everything else passes as it is.
 *
 * @throws SwitchyardError STORAGE_UNAVAILABLE; whether a write happened is unknown when metadata `outcome` is `unknown`
 */
export async function withStorageErrors<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw asStorageError(error);
  }
}
