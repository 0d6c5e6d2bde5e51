import { createHash } from "node:crypto";
import { sql } from "kysely";
import type { ArtifactPlace } from "../model/artifact.js";
import type { Trx } from "./database.js";

/**
 * The order of locks that makes parallel batches free of deadlocks. Each transaction takes, level by level and sorted
 * within a level:
 *
 * 1. collection stripes (shared for writes, exclusive for a declaration)
 * 2. rows of collections that are made at first use, by name
 * 3. document stripes
 * 4. rows of documents (held otherwise only by the reaper and by declarations, which wait for nobody there)
 * 5. rows of collections whose numbers are counted up, by id
 *
 * Stripes are advisory locks: a document that does not exist yet has no row to lock. There is a fixed number of them, so that
 * no batch fills the server's lock table. All replicas must agree on the numbers below.
 */
const collectionClass = 7_410;
const collectionStripes = 256;
const documentClass = 7_411;
const documentStripes = 1_024;
// Places of artifacts: a transaction of its own takes one of these, then rows of artifacts, and nothing of the above.
const placeClass = 7_412;
const placeStripes = 1_024;

/** Keeps declarations (`shared`) or also writes (`exclusive`) off the collections until the transaction ends. */
export async function lockCollections(
  trx: Trx,
  namespace: string,
  names: readonly string[],
  mode: "shared" | "exclusive",
): Promise<void> {
  const stripes = sortedStripes(
    names.map((name) => [namespace, name]),
    collectionStripes,
  );
  const lock = sql.raw(mode === "shared" ? "pg_advisory_xact_lock_shared" : "pg_advisory_xact_lock");
  await sql`select ${lock}(${collectionClass}::int, s) from unnest(${stripes}::int[]) as s`.execute(trx);
}

/** What a batch locks: one document, or with `key` unset all documents of a collection. */
export interface DocumentLock {
  readonly collectionId: number;
  readonly key?: string;
}

/** Keeps other batches off the documents, be they there or not, until the transaction ends. */
export async function lockDocuments(trx: Trx, documents: readonly DocumentLock[]): Promise<void> {
  const parts = documents.map(({ collectionId, key }) => [String(collectionId), ...(key === undefined ? [] : [key])]);
  const stripes = sortedStripes(parts, documentStripes);
  await sql`select pg_advisory_xact_lock(${documentClass}::int, s) from unnest(${stripes}::int[]) as s`.execute(trx);
}

/** Keeps other uploads off a place in a job, be there an artifact or not, until the transaction ends. */
export async function lockArtifactPlace(trx: Trx, place: ArtifactPlace): Promise<void> {
  const { namespace, jobId, attempt, name } = place;
  const [stripe] = sortedStripes([[namespace, jobId, String(attempt), name]], placeStripes);
  await sql`select pg_advisory_xact_lock(${placeClass}::int, ${stripe}::int)`.execute(trx);
}

function sortedStripes(ids: readonly (readonly string[])[], count: number): readonly number[] {
  const stripes = ids.map((id) => createHash("sha256").update(JSON.stringify(id)).digest().readUInt32BE(0) % count);
  return [...new Set(stripes)].sort((a, b) => a - b);
}
