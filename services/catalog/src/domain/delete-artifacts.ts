import type { Db } from "../store/database.js";
import { dropArtifacts, dropArtifactsOfJob } from "../store/drop-artifacts.js";
import { withStorageErrors } from "../store/storage-error.js";

/**
 * Deletes artifacts, staged ones too. They are gone when this returns; the reaper deletes their bytes in its next round.
 *
 * @param which ids, of which those that are not there are passed over, or a whole job
 * @returns how many were deleted
 */
export function deleteArtifacts(
  db: Db,
  namespace: string,
  which: { readonly ids: readonly string[] } | { readonly jobId: string },
): Promise<number> {
  return withStorageErrors(() =>
    "ids" in which ? dropArtifacts(db, namespace, which.ids) : dropArtifactsOfJob(db, namespace, which.jobId),
  );
}
