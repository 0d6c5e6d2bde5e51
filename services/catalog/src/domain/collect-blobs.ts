import type { BlobStore } from "@switchyard/blobs";
import type { Db } from "../store/database.js";
import { findDoomedBlobs, forgetLooseBlobs } from "../store/loose-blobs.js";

/** Blobs that are deleted at the same time. */
const atOnce = 16;

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
  const deleted: string[] = [];
  const failures: unknown[] = [];
  for (let at = 0; at < doomed.length; at += atOnce) {
    const remove = async (id: string) => {
      await blobs.delete(id).then(
        () => deleted.push(id),
        (error: unknown) => failures.push(error),
      );
    };
    await Promise.all(doomed.slice(at, at + atOnce).map(remove));
  }
  await forgetLooseBlobs(db, deleted);
  if (failures.length > 0) throw new Error(`${failures.length} blobs could not be deleted`, { cause: failures[0] });
  return deleted.length;
}
