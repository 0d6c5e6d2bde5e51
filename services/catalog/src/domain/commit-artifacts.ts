import type { Db } from "../store/database.js";
import { dropArtifacts } from "../store/drop-artifacts.js";
import { lockArtifactsOfAttempt, showArtifacts } from "../store/show-artifacts.js";
import { withStorageErrors } from "../store/storage-error.js";
import { artifactNotFound } from "./artifact-errors.js";

/** What an outcome keeps. */
export interface ArtifactCommit {
  readonly namespace: string;
  readonly jobId: string;
  readonly attempt: number;
  /** Of the attempt; may be visible already. */
  readonly ids: readonly string[];
}

/**
 * Makes staged files of an attempt visible and deletes its other staged ones, all or nothing. A repeat does nothing.
 *
 * @returns how many of those that were named are visible now: each of them
 * @throws SwitchyardError ARTIFACT_NOT_FOUND for an id that the attempt does not have
 */
export function commitArtifacts(db: Db, { ids, ...attempt }: ArtifactCommit): Promise<number> {
  const named = new Set(ids);
  return withStorageErrors(() =>
    db.transaction().execute(async (trx) => {
      const present = await lockArtifactsOfAttempt(trx, attempt, ids);
      const found = new Set(present.map(({ id }) => id));
      for (const id of named) if (!found.has(id)) throw artifactNotFound(id);
      const staged = present.filter((file) => file.staged).map(({ id }) => id);
      await showArtifacts(
        trx,
        staged.filter((id) => named.has(id)),
      );
      await dropArtifacts(
        trx,
        attempt.namespace,
        staged.filter((id) => !named.has(id)),
      );
      return named.size;
    }),
  );
}
