import { type RawBuilder, sql } from "kysely";
import type { Artifact, ArtifactCursor, ArtifactPlace } from "../model/artifact.js";
import { type Db, timeText, type Trx } from "./database.js";

/** All columns of an artifact. */
export const artifactColumns = sql`id, namespace, job_id as "jobId", attempt, name, content_type as "contentType", purpose,
  staged, labels, size_bytes as "size", sha256, ${timeText(sql`created_at`)} as "createdAt"`;

/** Finds one artifact by its id, staged or not. */
export async function findArtifact(db: Db, namespace: string, id: string): Promise<Artifact | undefined> {
  const { rows } = await sql<Artifact>`
    select ${artifactColumns} from catalog.artifacts where id = ${id}::uuid and namespace = ${namespace}`.execute(db);
  return rows[0];
}

/** Finds the artifact at a place of a job, staged or not. */
export async function findArtifactAt(db: Db, place: ArtifactPlace): Promise<Artifact | undefined> {
  const { rows } = await sql<Artifact>`
    select ${artifactColumns} from catalog.artifacts where ${isAt(place)}`.execute(db);
  return rows[0];
}

/** The same, and nobody changes or deletes it until the transaction ends. */
export async function lockArtifactAt(trx: Trx, place: ArtifactPlace): Promise<Artifact | undefined> {
  const { rows } = await sql<Artifact>`
    select ${artifactColumns} from catalog.artifacts where ${isAt(place)} for update`.execute(trx);
  return rows[0];
}

/** What a list selects. */
export interface ArtifactFilter {
  readonly namespace: string;
  /** Empty: of no job. */
  readonly jobId: string;
  /** 0: every one. */
  readonly attempt: number;
  /** Empty: all. */
  readonly purpose: string;
}

/** Reads a page of visible artifacts by name, then attempt, then id. */
export async function listArtifactPage(
  db: Db,
  filter: ArtifactFilter,
  after: ArtifactCursor | undefined,
  limit: number,
): Promise<readonly Artifact[]> {
  const { namespace, jobId, attempt, purpose } = filter;
  const conditions = [
    sql`namespace = ${namespace} and job_id = ${jobId} and not staged`,
    ...(attempt === 0 ? [] : [sql`attempt = ${attempt}::int4`]),
    ...(purpose === "" ? [] : [sql`purpose = ${purpose}`]),
    ...(after === undefined ? [] : [isAfter(after)]),
  ];
  const { rows } = await sql<Artifact>`
    select ${artifactColumns} from catalog.artifacts where ${sql.join(conditions, sql` and `)}
     order by name, attempt, id limit ${limit}`.execute(db);
  return rows;
}

// Says that there is a job, since the index of places holds no others.
const isAt = ({ namespace, jobId, attempt, name }: ArtifactPlace): RawBuilder<boolean> => sql`
  namespace = ${namespace} and job_id = ${jobId} and job_id <> '' and attempt = ${attempt}::int4 and name = ${name}`;

const isAfter = ({ name, attempt, id }: ArtifactCursor): RawBuilder<boolean> =>
  sql`(name, attempt, id) > (${name}, ${attempt}::int4, ${id}::uuid)`;
