import type { OpenForms } from "@switchyard/masking";
import type pg from "pg";

/** The end of a stream that is locked. */
export interface LockedHead {
  readonly length: number;
  readonly byteCount: number;
  readonly open: OpenForms;
}

interface LockedRow {
  id: number;
  length: number;
  byte_count: number;
  open_forms: OpenForms | null;
  sealed: boolean;
}

/**
 * Locks streams until the end of the transaction and reads where they end; streams that are sealed or gone are left out. By id, as every
 * other statement locks them.
 */
export async function lockHeads(client: pg.Client, ids: readonly number[]): Promise<ReadonlyMap<number, LockedHead>> {
  const { rows } = await client.query<LockedRow>(
    `select id, length, byte_count, open_forms, sealed_at is not null as sealed
       from logs.streams where id = any($1::bigint[]) order by id for update`,
    [ids],
  );
  const open = rows.filter(({ sealed }) => !sealed);
  return new Map(
    open.map((row) => [row.id, { length: row.length, byteCount: row.byte_count, open: row.open_forms ?? {} }]),
  );
}
