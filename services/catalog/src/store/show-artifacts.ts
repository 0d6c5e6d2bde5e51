import { sql } from "kysely";
import type { Trx } from "./database.js";

/** What a commit has to know about a file. */
export interface StagedState {
  readonly id: string;
  readonly staged: boolean;
}

/**
 * Locks the files that a commit is about, in the order of their ids: those that it names, if they are of the attempt, and every staged one
 * of the attempt.
 */
export async function lockArtifactsOfAttempt(
  trx: Trx,
  attempt: { readonly namespace: string; readonly jobId: string; readonly attempt: number },
  named: readonly string[],
): Promise<readonly StagedState[]> {
  const { rows } = await sql<StagedState>`
    select id, staged from catalog.artifacts
     where namespace = ${attempt.namespace} and job_id = ${attempt.jobId} and job_id <> ''
       and attempt = ${attempt.attempt}::int4 and (staged or id = any(${named}::uuid[]))
     order by id for update`.execute(trx);
  return rows;
}

/** Makes staged files visible. */
export async function showArtifacts(trx: Trx, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await sql`update catalog.artifacts set staged = false where id = any(${ids}::uuid[])`.execute(trx);
}
