import { type RawBuilder, sql } from "kysely";
import type { Db } from "./database.js";

/** Deletes artifacts of a namespace by their ids; those that are not there are passed over. Returns how many were deleted. */
export function dropArtifacts(db: Db, namespace: string, ids: readonly string[]): Promise<number> {
  return drop(db, sql`where namespace = ${namespace} and id = any(${ids}::uuid[]) order by id for update`);
}

/** Deletes all artifacts of a job, staged ones too. */
export function dropArtifactsOfJob(db: Db, namespace: string, jobId: string): Promise<number> {
  return drop(db, sql`where namespace = ${namespace} and job_id = ${jobId} order by id for update`);
}

/** Deletes staged artifacts that have waited for their commit for too long. Those that somebody is committing are passed over. */
export function dropOldStagedArtifacts(db: Db, ageMs: number, limit: number): Promise<number> {
  return drop(
    db,
    sql`where staged and created_at < now() - ${ageMs}::float8 * interval '1 millisecond'
        order by created_at limit ${limit} for update skip locked`,
  );
}

/**
 * Deletes rows and dooms their bytes, in one statement. Rows are locked in the order of their ids, so that
 * nobody who locks several waits in a circle.
 */
async function drop(db: Db, chosen: RawBuilder<unknown>): Promise<number> {
  const { numAffectedRows } = await sql`
    with chosen as (select id from catalog.artifacts ${chosen}),
         gone as (delete from catalog.artifacts a using chosen c where a.id = c.id returning a.id)
    insert into catalog.loose_blobs (id, doomed) select id, true from gone`.execute(db);
  return Number(numAffectedRows ?? 0);
}
