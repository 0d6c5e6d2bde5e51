import type { Pool } from "@switchyard/postgres";
import { type Span, type SpanColumns, spansOf } from "../model/span.js";

/** Reads in which segments streams lie, by stream; those that are gone are left out. */
export async function loadSpans(
  pool: Pool,
  streamIds: readonly number[],
): Promise<ReadonlyMap<number, readonly Span[]>> {
  const { rows } = await pool.query<SpanColumns & { id: number }>(
    "select id, first_segment, later_segments, later_starts from logs.streams where id = any($1::bigint[])",
    [streamIds],
  );
  return new Map(rows.map((row) => [row.id, spansOf(row)]));
}
