import type { Pool } from "@switchyard/postgres";
import type { AttemptKey } from "../model/stream-key.js";

/** A stream of a followed attempt. */
export interface AttemptStream {
  readonly id: number;
  readonly stream: string;
  readonly length: number;
  readonly sealed: boolean;
}

/** What the database knows of an attempt. */
export interface AttemptState {
  /** Nothing can be added to any stream of it, those yet to come included. */
  readonly closed: boolean;
  /** By name. */
  readonly streams: readonly AttemptStream[];
}

/** Reads attempts with their streams, in the order of the keys. */
export async function loadAttempts(pool: Pool, keys: readonly AttemptKey[]): Promise<readonly AttemptState[]> {
  const { rows } = await pool.query<{
    ord: number;
    closed: boolean;
    id: number | null;
    stream: string;
    length: number;
    sealed: boolean;
  }>({
    text: `
      select k.ord::int as ord, coalesce(k.attempt < j.newest_attempt or k.attempt <= j.sealed_attempt, false) as closed,
             s.id, s.stream, s.length, s.sealed_at is not null as sealed
        from unnest($1::text[], $2::text[], $3::int[]) with ordinality as k(namespace, job_id, attempt, ord)
        left join logs.jobs j on j.namespace = k.namespace and j.job_id = k.job_id
        left join logs.streams s on s.namespace = k.namespace and s.job_id = k.job_id and s.attempt = k.attempt
       order by k.ord, s.stream`,
    values: [
      keys.map(({ namespace }) => namespace),
      keys.map(({ jobId }) => jobId),
      keys.map(({ attempt }) => attempt),
    ],
  });
  const states = keys.map(() => ({ closed: false, streams: [] as AttemptStream[] }));
  for (const { ord, closed, id, stream, length, sealed } of rows) {
    const state = states[ord - 1];
    if (state === undefined) continue;
    state.closed = closed;
    if (id !== null) state.streams.push({ id, stream, length, sealed });
  }
  return states;
}
