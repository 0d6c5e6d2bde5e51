import type { Scope } from "@switchyard/service-kit";
import type { AccessGrant, AccessToken } from "../domain/tokens/access-token.js";
import { type Queryable, tokenChannel } from "./database.js";

interface Row {
  id: string;
  prefix: string;
  name: string;
  scopes: Scope[];
  namespaces: string[] | null;
  created_at: Date;
  creator: string;
  expires_at: Date | null;
  revoked_at: Date | null;
  last_used_at: Date | null;
}

const columns = "id, prefix, name, scopes, namespaces, created_at, creator, expires_at, revoked_at, last_used_at";

/** Which tokens a principal may see: those that allow nothing where it may not go itself. Parameter 1: its namespaces, null is all. */
const visible = "($1::text[] is null or namespaces <@ $1)";

/** The token with a digest; undefined when there never was one. */
export async function findAccessToken(db: Queryable, digest: Uint8Array): Promise<AccessToken | undefined> {
  const { rows } = await db.query<Row>({
    name: "runner-gateway find-access-token",
    text: `select ${columns} from runners.access_tokens where digest = $1`,
    values: [digest],
  });
  return rows[0] && fromRow(rows[0]);
}

/** Which tokens to list; `after` is the last one of the page before. */
export interface AccessTokenSelection {
  /** The namespaces of whoever asks. */
  readonly within: AccessGrant["namespaces"];
  /** Only those that are valid in it. */
  readonly namespace: string | undefined;
  /** Only those that have not ended by then; undefined: ended ones too. */
  readonly validAt: Date | undefined;
  readonly after: { readonly createdAtMs: number; readonly id: string } | undefined;
  readonly size: number;
}

/** Reads a page of tokens, newest first. */
export async function listAccessTokens(db: Queryable, selection: AccessTokenSelection): Promise<AccessToken[]> {
  const { within, namespace, validAt, after, size } = selection;
  const { rows } = await db.query<Row>(
    `select ${columns} from runners.access_tokens
      where ${visible}
        and ($2::text is null or namespaces is null or $2 = any(namespaces))
        and ($3::timestamptz is null or (revoked_at is null and (expires_at is null or expires_at > $3)))
        and ($4::timestamptz is null or (created_at, id collate "C") < ($4, $5 collate "C"))
      order by created_at desc, id collate "C" desc
      limit $6`,
    [
      listOf(within),
      namespace ?? null,
      validAt ?? null,
      after === undefined ? null : new Date(after.createdAtMs),
      after?.id ?? "",
      size,
    ],
  );
  return rows.map(fromRow);
}

/**
 * Keeps a token unless a valid one has its name; says whether it did. In a transaction: creations of one name wait for each
 * other until its end.
 */
export async function insertAccessToken(db: Queryable, token: AccessToken, digest: Buffer): Promise<boolean> {
  const { id, prefix, grant, creator } = token;
  const createdAt = new Date(token.createdAtMs);
  const expiresAt = token.expiresAtMs === undefined ? null : new Date(token.expiresAtMs);
  await db.query("select pg_advisory_xact_lock(hashtextextended('switchyard token ' || $1, 0))", [grant.name]);
  const { rowCount } = await db.query(
    `insert into runners.access_tokens (id, digest, prefix, name, scopes, namespaces, created_at, creator, expires_at)
     select $1, $2, $3, $4, $5, $6, $7, $8, $9
      where not exists (
        select from runners.access_tokens
         where name = $4 and revoked_at is null and (expires_at is null or expires_at > $7))`,
    [id, digest, prefix, grant.name, grant.scopes, listOf(grant.namespaces), createdAt, creator, expiresAt],
  );
  return rowCount === 1;
}

/** Ends a token and tells all replicas; one that was revoked stays as it was. The digest is hexadecimal. Undefined when a principal sees no such token. */
export async function revokeAccessToken(
  db: Queryable,
  within: AccessGrant["namespaces"],
  id: string,
  now: Date,
): Promise<{ readonly token: AccessToken; readonly digest: string } | undefined> {
  const { rows } = await db.query<Row & { hex: string }>(
    `update runners.access_tokens set revoked_at = coalesce(revoked_at, $3) where ${visible} and id = $2
     returning ${columns}, encode(digest, 'hex') as hex, pg_notify('${tokenChannel}', encode(digest, 'hex'))`,
    [listOf(within), id, now],
  );
  return rows[0] && { token: fromRow(rows[0]), digest: rows[0].hex };
}

/** Notes when tokens were used last, by id. An earlier time than the one that is there changes nothing. */
export async function writeTokenUses(db: Queryable, uses: ReadonlyMap<string, number>): Promise<void> {
  // In the same order on every replica, so that two of them never wait for each other.
  const ids = [...uses.keys()].sort();
  const times = ids.map((id) => new Date(uses.get(id) ?? 0));
  await db.query(
    `with used as (select * from unnest($1::text[], $2::timestamptz[]) as used (id, at)),
          locked as (select t.id, used.at from runners.access_tokens t join used using (id)
                      where t.last_used_at is null or t.last_used_at < used.at order by t.id for update of t)
     update runners.access_tokens t set last_used_at = locked.at from locked where t.id = locked.id`,
    [ids, times],
  );
}

function listOf(namespaces: AccessGrant["namespaces"]): readonly string[] | null {
  return namespaces === "all" ? null : namespaces;
}

function fromRow(row: Row): AccessToken {
  return {
    id: row.id,
    prefix: row.prefix,
    grant: { name: row.name, scopes: row.scopes, namespaces: row.namespaces ?? "all" },
    createdAtMs: row.created_at.getTime(),
    creator: row.creator,
    expiresAtMs: row.expires_at?.getTime(),
    revokedAtMs: row.revoked_at?.getTime(),
    lastUsedAtMs: row.last_used_at?.getTime(),
  };
}
