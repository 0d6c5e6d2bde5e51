import type { Artifact, ArtifactPlace } from "../model/artifact.js";
import type { Db } from "../store/database.js";
import { findArtifact, findArtifactAt } from "../store/find-artifacts.js";
import { withStorageErrors } from "../store/storage-error.js";
import { artifactNotFound, nothingAt } from "./artifact-errors.js";

/**
 * Returns one artifact by its id. Staged ones too: who knows the id has uploaded the file, or was told by who did.
 *
 * @throws SwitchyardError ARTIFACT_NOT_FOUND
 */
export async function getArtifact(db: Db, namespace: string, id: string): Promise<Artifact> {
  const artifact = await withStorageErrors(() => findArtifact(db, namespace, id));
  if (artifact === undefined) throw artifactNotFound(id);
  return artifact;
}

/**
 * Returns the visible artifact at a place.
 *
 * @throws SwitchyardError ARTIFACT_NOT_FOUND
 */
export async function getArtifactAt(db: Db, place: ArtifactPlace): Promise<Artifact> {
  const artifact = await withStorageErrors(() => findArtifactAt(db, place));
  if (artifact === undefined || artifact.staged) throw nothingAt(place);
  return artifact;
}
