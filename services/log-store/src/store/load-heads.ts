import type { OpenForms } from "@switchyard/masking";
import type { Pool } from "@switchyard/postgres";
import type { StreamKey } from "../model/stream-key.js";

/** What the database knows of a stream and its attempt. */
export interface HeadRow {
  /** Undefined: the stream is not there. */
  readonly id: number | undefined;
  readonly length: number;
  readonly byteCount: number;
  readonly resetSequence: number;
  readonly sealed: boolean;
  /** Beginnings of secrets at the end. */
  readonly open: OpenForms;
  /** Its last entry says that its namespace is full. */
  readonly limited: boolean;
  /** Newest attempt that the job has a stream or a seal of; 0: none. */
  readonly newestAttempt: number;
  /** Newest attempt that was sealed as a whole; 0: none. */
  readonly sealedAttempt: number;
}

/** Reads the heads of streams, in the order of the keys. */
export async function loadHeads(pool: Pool, keys: readonly StreamKey[]): Promise<readonly HeadRow[]> {
  const { rows } = await pool.query<{
    id: number | null;
    length: number | null;
    byte_count: number | null;
    reset_sequence: number | null;
    sealed: boolean | null;
    open_forms: OpenForms | null;
    limited: boolean | null;
    newest_attempt: number | null;
    sealed_attempt: number | null;
  }>({
    text: `
      select s.id, s.length, s.byte_count, s.reset_sequence, s.sealed_at is not null as sealed, s.open_forms, s.limited, j.newest_attempt, j.sealed_attempt
        from unnest($1::text[], $2::text[], $3::int[], $4::text[]) with ordinality as k(namespace, job_id, attempt, stream, ord)
        left join logs.jobs j on j.namespace = k.namespace and j.job_id = k.job_id
        left join logs.streams s
          on s.namespace = k.namespace and s.job_id = k.job_id and s.attempt = k.attempt and s.stream = k.stream
       order by k.ord`,
    values: [
      keys.map(({ namespace }) => namespace),
      keys.map(({ jobId }) => jobId),
      keys.map(({ attempt }) => attempt),
      keys.map(({ stream }) => stream),
    ],
  });
  return rows.map((row) => ({
    id: row.id ?? undefined,
    length: row.length ?? 0,
    byteCount: row.byte_count ?? 0,
    resetSequence: row.reset_sequence ?? 0,
    sealed: row.sealed === true,
    open: row.open_forms ?? {},
    limited: row.limited === true,
    newestAttempt: row.newest_attempt ?? 0,
    sealedAttempt: row.sealed_attempt ?? 0,
  }));
}
