import { sql } from "kysely";
import type { StoredCollection } from "./collections.js";
import type { Db, Trx } from "./database.js";

/** What a snapshot has seen of the changes of documents. */
export interface ChangePosition {
  /** The transactions that it sees. */
  readonly snapshot: string;
  /** Start of the server. Another one may have lost or never had what was seen, and numbers its transactions anew. */
  readonly server: string;
}

/** A collection as a snapshot sees it. */
export interface CollectionSight {
  readonly collection: StoredCollection;
  readonly position: ChangePosition;
  /** Time of the snapshot's transaction, in microseconds since 1970. */
  readonly now: number;
}

const sight = sql`c.id, c.name, c.fields, c.last_number as "lastNumber", pg_current_snapshot()::text as snapshot,
  pg_postmaster_start_time()::text as server, (extract(epoch from now()) * 1000000)::float8 as now`;

type SightRow = StoredCollection & ChangePosition & { readonly now: number };

/** Looks at a collection from the transaction's snapshot; undefined when it is not there. */
export async function lookAt(trx: Trx, collectionId: number): Promise<CollectionSight | undefined> {
  const { rows } = await sql<SightRow>`select ${sight} from catalog.collections c where c.id = ${collectionId}`.execute(
    trx,
  );
  return rows[0] === undefined ? undefined : toSight(rows[0]);
}

/**
 * Looks at a collection, and for the numbers of all documents that changed since a position: made, written, deleted, or indexed anew.
 *
 * A transaction's note counts when the earlier snapshot did not see the transaction and the present one does, however the two
 * overlapped; times and sequences cannot tell that, since transactions commit in another order than they begin.
 *
 * @returns `changed` undefined when notes that might count were thrown away, or the server is another one
 */
export async function lookSince(
  trx: Trx,
  collectionId: number,
  { snapshot, server }: ChangePosition,
): Promise<(CollectionSight & { readonly changed: readonly number[] | undefined }) | undefined> {
  const seen = sql`${snapshot}::pg_snapshot`;
  const { rows } = await sql<SightRow & { isWhole: boolean; changed: readonly number[] }>`
    select ${sight},
           not exists (select from catalog.document_changes_floor f where f.xid >= pg_snapshot_xmin(${seen})) as "isWhole",
           array(select distinct unnest(n.numbers) from catalog.document_changes n
                  where n.collection_id = c.id and n.xid >= pg_snapshot_xmin(${seen})
                    and not pg_visible_in_snapshot(n.xid, ${seen}) order by 1) as changed
      from catalog.collections c where c.id = ${collectionId}`.execute(trx);
  const [row] = rows;
  if (row === undefined) return undefined;
  return { ...toSight(row), changed: row.isWhole && row.server === server ? row.changed : undefined };
}

/** Throws old notes away. Nothing that is younger than this is needed by whoever looks more often. */
export async function deleteOldChanges(db: Db, ageMs: number): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    with gone as (
      delete from catalog.document_changes where at < now() - ${ageMs}::float8 * interval '1 millisecond' returning xid),
    noted as (
      insert into catalog.document_changes_floor as f (xid) select max(xid) from gone having count(*) > 0
      on conflict (only_row) do update set xid = greatest(f.xid, excluded.xid))
    select count(*) as count from gone`.execute(db);
  return rows[0]?.count ?? 0;
}

function toSight({ id, name, fields, lastNumber, snapshot, server, now }: SightRow): CollectionSight {
  return { collection: { id, name, fields, lastNumber }, position: { snapshot, server }, now };
}
