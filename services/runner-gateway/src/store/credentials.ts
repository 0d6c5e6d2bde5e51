import type { Queryable } from "./database.js";

/** A credential about to be kept. */
export interface NewCredential {
  readonly digest: Buffer;
  readonly namespace: string;
  readonly runnerId: string;
  readonly prefix: string;
  readonly expiresAt: Date | undefined;
}

/** Ends the valid credential of a runner, if there is one. */
export async function revokeCredentials(db: Queryable, namespace: string, runnerId: string, now: Date): Promise<void> {
  await db.query(
    "update runners.credentials set revoked_at = $3 where namespace = $1 and runner_id = $2 and revoked_at is null",
    [namespace, runnerId, now],
  );
}

/** Keeps a credential; the caller has revoked the earlier one in the same transaction. */
export async function insertCredential(db: Queryable, credential: NewCredential, now: Date): Promise<void> {
  await db.query(
    `insert into runners.credentials (digest, namespace, runner_id, prefix, created_at, expires_at)
     values ($1, $2, $3, $4, $5, $6)`,
    [
      credential.digest,
      credential.namespace,
      credential.runnerId,
      credential.prefix,
      now,
      credential.expiresAt ?? null,
    ],
  );
}

/** Whose token it is or was; undefined when there never was such a one. */
export async function findCredentialOwner(
  db: Queryable,
  digest: Uint8Array,
): Promise<{ readonly namespace: string; readonly runnerId: string } | undefined> {
  const { rows } = await db.query<{ namespace: string; runner_id: string }>({
    name: "runner-gateway find-credential",
    text: "select namespace, runner_id from runners.credentials where digest = $1",
    values: [digest],
  });
  return rows[0] && { namespace: rows[0].namespace, runnerId: rows[0].runner_id };
}
