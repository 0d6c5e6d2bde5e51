import type { Artifact, KeptFile } from "../model/artifact.js";
import type { Db, Trx } from "../store/database.js";
import { dropArtifacts } from "../store/drop-artifacts.js";
import { lockArtifactAt } from "../store/find-artifacts.js";
import { insertArtifact } from "../store/insert-artifact.js";
import { lockArtifactPlace } from "../store/locks.js";
import { claimLooseBlob } from "../store/loose-blobs.js";
import { nameTaken } from "./artifact-errors.js";

/**
 * Makes an artifact of bytes that are kept. It takes the place of one of the same name that is staged.
 *
 * @returns undefined when the bytes have been collected meanwhile
 * @throws SwitchyardError ALREADY_EXISTS
 */
export function attachArtifact(db: Db, file: KeptFile): Promise<Artifact | undefined> {
  return db.transaction().execute(async (trx) => {
    if (!(await claimLooseBlob(trx, file.id))) return undefined;
    if (file.jobId !== "") await clearPlace(trx, file);
    return insertArtifact(trx, file);
  });
}

async function clearPlace(trx: Trx, file: KeptFile): Promise<void> {
  await lockArtifactPlace(trx, file);
  const present = await lockArtifactAt(trx, file);
  if (present === undefined) return;
  if (!present.staged) throw nameTaken(present);
  await dropArtifacts(trx, file.namespace, [present.id]);
}
