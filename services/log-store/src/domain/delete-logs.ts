import { classifyError, type Pool } from "@switchyard/postgres";
import { deleteStreams } from "../store/delete-streams.js";

const TRIES = 5;

/**
 * Deletes the logs of jobs, all or none of them, and returns how many streams there were. The attempts that had logs are sealed: a
 * runner that still appends to one of them is refused.
 */
export async function deleteLogs(
  pool: Pool,
  replica: string,
  namespace: string,
  jobIds: readonly string[],
): Promise<number> {
  const distinct = [...new Set(jobIds)];
  for (let tried = 1; ; tried++) {
    try {
      return await deleteStreams(pool, replica, namespace, distinct);
    } catch (error) {
      // The victim of a deadlock with an append has changed nothing.
      if (classifyError(error) !== "retryable" || tried === TRIES) throw error;
    }
  }
}
