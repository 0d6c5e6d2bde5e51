import type { Pool } from "@switchyard/postgres";
import type { SpanPart } from "../model/span.js";

/** A part of a stream within one segment. */
export interface StreamPart extends SpanPart {
  readonly streamId: number;
}

/** Where a part begins and ends in time, microseconds, as far as its outer chunks tell. */
export interface PartTimes {
  /** Of the first entry of the chunk that holds the part's beginning. */
  readonly firstAtMicros: number;
  /** The latest of the chunk that holds the part's end. */
  readonly lastAtMicros: number;
}

/** Reads the times at both ends of parts, in their order, without reading the entries; undefined where the segment has no chunk of the part. */
export async function readPartTimes(
  pool: Pool,
  parts: readonly StreamPart[],
): Promise<readonly (PartTimes | undefined)[]> {
  const { rows } = await pool.query<{ first_at: number | null; last_at: number | null }>({
    text: `
      select b.first_at, e.last_at
        from unnest($1::int[], $2::bigint[], $3::bigint[], $4::bigint[]) with ordinality as p(segment, stream_id, low, high, ord)
        left join lateral (select first_at from logs.chunks c where c.segment = p.segment and c.stream_id = p.stream_id and c.first_seq < p.high
                            and c.first_seq + c.n > p.low and c.first_seq >= coalesce(
                              (select max(first_seq) from logs.chunks where segment = p.segment and stream_id = p.stream_id and first_seq <= p.low), 0)
                            order by first_seq limit 1) b on true
        left join lateral (select last_at from logs.chunks c where c.segment = p.segment and c.stream_id = p.stream_id and c.first_seq < p.high
                            order by first_seq desc limit 1) e on true
       order by p.ord`,
    values: columnsOf(parts),
  });
  return rows.map(({ first_at, last_at }) =>
    first_at === null || last_at === null ? undefined : { firstAtMicros: first_at, lastAtMicros: last_at },
  );
}

/** Finds, for each part, where the first chunk with an entry at or after a time begins; undefined where there is none. */
export async function findTime(
  pool: Pool,
  parts: readonly StreamPart[],
  atMicros: number,
): Promise<readonly (number | undefined)[]> {
  const { rows } = await pool.query<{ first_seq: number | null }>({
    text: `
      select (select first_seq from logs.chunks c
               where c.segment = p.segment and c.stream_id = p.stream_id and c.first_seq + c.n > p.low and c.first_seq < p.high and c.last_at >= $5
               order by first_seq limit 1) as first_seq
        from unnest($1::int[], $2::bigint[], $3::bigint[], $4::bigint[]) with ordinality as p(segment, stream_id, low, high, ord)
       order by p.ord`,
    values: [...columnsOf(parts), atMicros],
  });
  return rows.map(({ first_seq }) => first_seq ?? undefined);
}

function columnsOf(parts: readonly StreamPart[]): number[][] {
  return [
    parts.map(({ segment }) => segment),
    parts.map(({ streamId }) => streamId),
    parts.map(({ from }) => from),
    parts.map(({ before }) => before),
  ];
}
