import type { Pool } from "@switchyard/postgres";
import { type Span, type SpanColumns, spansOf } from "../model/span.js";

/** One stream as it is listed. */
export interface StreamRow {
  readonly id: number;
  readonly attempt: number;
  readonly stream: string;
  readonly length: number;
  readonly byteCount: number;
  readonly resetSequence: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly sealed: boolean;
  readonly spans: readonly Span[];
  /** All of it is in the archive. */
  readonly archived: boolean;
}

/** Which streams are listed. */
export interface StreamQuery {
  readonly namespace: string;
  readonly jobId: string;
  /** 0: of every attempt. */
  readonly attempt: number;
  /** Only this one. */
  readonly stream?: string;
  /** Only those behind this place. */
  readonly after?: { readonly attempt: number; readonly stream: string };
  readonly limit: number;
}

/** Lists streams of a job by attempt and name. */
export async function listStreams(pool: Pool, query: StreamQuery): Promise<readonly StreamRow[]> {
  const { rows } = await pool.query<
    SpanColumns & {
      id: number;
      attempt: number;
      stream: string;
      length: number;
      byte_count: number;
      reset_sequence: number;
      created_at: Date;
      updated_at: Date;
      sealed: boolean;
      archived: boolean;
    }
  >({
    text: `
      select id, attempt, stream, length, byte_count, reset_sequence, created_at, updated_at, sealed_at is not null as sealed,
             first_segment, later_segments, later_starts,
             not exists (select from logs.segments g where g.id = any(array[first_segment] || later_segments) and g.archived_at is null) as archived
        from logs.streams
       where namespace = $1 and job_id = $2 and ($3::int = 0 or attempt = $3) and ($4::text is null or stream = $4)
         and ($5::int is null or (attempt, stream) > ($5, $6))
       order by attempt, stream limit $7`,
    values: [
      query.namespace,
      query.jobId,
      query.attempt,
      query.stream ?? null,
      query.after?.attempt ?? null,
      query.after?.stream ?? null,
      query.limit,
    ],
  });
  return rows.map((row) => ({
    id: row.id,
    attempt: row.attempt,
    stream: row.stream,
    length: row.length,
    byteCount: row.byte_count,
    resetSequence: row.reset_sequence,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    sealed: row.sealed,
    spans: spansOf(row),
    archived: row.archived,
  }));
}
