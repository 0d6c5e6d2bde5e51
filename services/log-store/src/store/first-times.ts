import type { Pool } from "@switchyard/postgres";

/** A part of a stream. */
export interface StreamPart {
  readonly streamId: number;
  readonly from: number;
  readonly before: number;
}

/** Where a part begins and ends in time, microseconds, as far as its outer chunks tell. */
export interface PartTimes {
  /** Of the first entry of the chunk that holds the part's beginning. */
  readonly firstAtMicros: number;
  /** The latest of the chunk that holds the part's end. */
  readonly lastAtMicros: number;
}

/** Reads the times at both ends of parts, in their order, without reading the entries; undefined for an empty part. */
export async function readPartTimes(
  pool: Pool,
  parts: readonly StreamPart[],
): Promise<readonly (PartTimes | undefined)[]> {
  const { rows } = await pool.query<{ first_at: number | null; last_at: number | null }>({
    text: `
      select b.first_at, e.last_at
        from unnest($1::bigint[], $2::bigint[], $3::bigint[]) with ordinality as p(stream_id, low, high, ord)
        left join lateral (select first_at from logs.chunks c where c.stream_id = p.stream_id and c.first_seq < p.high
                            and c.first_seq + c.n > p.low and c.first_seq >= coalesce(
                              (select max(first_seq) from logs.chunks where stream_id = p.stream_id and first_seq <= p.low), 0)
                            order by first_seq limit 1) b on true
        left join lateral (select last_at from logs.chunks c where c.stream_id = p.stream_id and c.first_seq < p.high
                            order by first_seq desc limit 1) e on true
       order by p.ord`,
    values: [parts.map(({ streamId }) => streamId), parts.map(({ from }) => from), parts.map(({ before }) => before)],
  });
  return rows.map(({ first_at, last_at }) =>
    first_at === null || last_at === null ? undefined : { firstAtMicros: first_at, lastAtMicros: last_at },
  );
}

/** Finds, for each stream, the first chunk with an entry at or after a time; the stream's end when there is none. */
export async function findTime(
  pool: Pool,
  streams: readonly { readonly id: number; readonly length: number }[],
  atMicros: number,
): Promise<readonly number[]> {
  const { rows } = await pool.query<{ first_seq: number | null }>({
    text: `
      select (select first_seq from logs.chunks c where c.stream_id = p.id and c.last_at >= $2 order by first_seq limit 1) as first_seq
        from unnest($1::bigint[]) with ordinality as p(id, ord)
       order by p.ord`,
    values: [streams.map(({ id }) => id), atMicros],
  });
  return streams.map(({ length }, i) => rows[i]?.first_seq ?? length);
}
