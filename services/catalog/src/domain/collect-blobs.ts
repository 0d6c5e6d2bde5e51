import { type BlobStore, deleteBlobs } from "@switchyard/blobs";
import type { Db } from "../store/database.js";
import { findDoomedBlobs, forgetLooseBlobs } from "../store/loose-blobs.js";

/**
 * Deletes bytes that no artifact will ever point to, and forgets them. A blob that cannot be deleted keeps its note, for the next
 * round, and does not keep the others from being deleted.
 *
 * @param limit blobs at most
 * @returns how many were deleted
 * @throws the first failure, after the others have been deleted
 */
export async function collectBlobs(db: Db, blobs: BlobStore, limit: number): Promise<number> {
  const doomed = await findDoomedBlobs(db, limit);
  await deleteBlobs(blobs, doomed, (deleted) => forgetLooseBlobs(db, deleted));
  return doomed.length;
}
