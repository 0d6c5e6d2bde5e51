import { sql } from "kysely";
import type { Artifact, KeptFile } from "../model/artifact.js";
import type { Trx } from "./database.js";
import { artifactColumns } from "./find-artifacts.js";

/** Adds an artifact. Its place must be free, its bytes kept. */
export async function insertArtifact(trx: Trx, file: KeptFile): Promise<Artifact> {
  const { id, namespace, jobId, attempt, name, contentType, purpose, labels, size, sha256, staged } = file;
  const { rows } = await sql<Artifact>`
    insert into catalog.artifacts
      (id, namespace, job_id, attempt, name, content_type, purpose, labels, size_bytes, sha256, staged)
    values (${id}::uuid, ${namespace}, ${jobId}, ${attempt}::int4, ${name}, ${contentType}, ${purpose},
      ${JSON.stringify(labels)}::jsonb, ${size}::int8, ${Buffer.from(sha256)}::bytea, ${staged})
    returning ${artifactColumns}`.execute(trx);
  return rows[0] as Artifact;
}
