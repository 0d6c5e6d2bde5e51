import type { BlobStore } from "./blob-store.js";

/** Blobs that are deleted at the same time. */
const atOnce = 16;

/**
 * Deletes blobs. One that cannot be deleted does not keep the others from being deleted.
 *
 * @param forget is told which are gone
 * @throws Error with the first failure, after the others have been deleted and forgotten
 */
export async function deleteBlobs(
  blobs: Pick<BlobStore, "delete">,
  ids: readonly string[],
  forget: (deleted: readonly string[]) => Promise<void>,
): Promise<void> {
  const deleted: string[] = [];
  const failures: unknown[] = [];
  for (let at = 0; at < ids.length; at += atOnce) {
    const remove = (id: string) =>
      blobs.delete(id).then(
        () => void deleted.push(id),
        (error: unknown) => void failures.push(error),
      );
    await Promise.all(ids.slice(at, at + atOnce).map(remove));
  }
  await forget(deleted);
  if (failures.length > 0) throw new Error(`${failures.length} blobs could not be deleted`, { cause: failures[0] });
}
