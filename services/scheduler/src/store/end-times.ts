import type { Pool } from "@switchyard/postgres";
import { Parameters } from "./aggregate-query.js";
import type { Buckets } from "./list-jobs.js";

/** How much farther each look is than the one before. */
const growth = 4;
/** Pages at a distance of more than this are not looked at: behind them all time is one. */
const farthest = 65_536;

/**
 * Times, ms, between which there are about as many ends as some pages of a partition hold: `pages` of them before the first time, and four times as many before each one that follows. Ends are stored
 * as they come, so the rows at the edge of a partition tell about when the last ones were (`rising`: the first ones), however long ago, and how close they are together. It is
 * a hint and no more: whoever looks between these times, and then at all others, has missed nothing. Rising or falling, as the list; none where the partitions are small.
 */
export async function endTimes(pool: Pool, buckets: Buckets, rising: boolean, pages: number): Promise<number[]> {
  const distances: number[] = [];
  for (let distance = pages; distance <= farthest; distance *= growth) distances.push(distance);
  if (buckets.length === 0 || distances.length === 0) return [];
  const parameters = new Parameters();
  const far = `unnest(${parameters.add(distances)}::bigint[]) d(distance)`;
  const branches = buckets.map((bucket) => {
    const at = `${parameters.add(bucket)}::int`;
    const last = `(pg_relation_size(to_regclass('scheduler.outcomes_' || ${at})) / current_setting('block_size')::int - 1)`;
    // From the distance to the number of the page, and back.
    const mirrored = (page: string) => (rising ? page : `${last} - ${page}`);
    const rows = `select format('(%s,1)', ${mirrored("distance")})::tid from ${far} where distance < ${last}`;
    return `(select ${mirrored("(ctid::text::point)[0]::bigint")} as distance, ended_ms
             from scheduler.outcomes where bucket = ${at} and ctid = any(array(${rows})))`;
  });
  const { rows } = await pool.query<{ at: number }>(
    `select ${rising ? "min" : "max"}(ended_ms) as at from (${branches.join(" union all ")}) edges group by distance order by distance`,
    parameters.values,
  );
  // Rows that were stored out of their time are passed over.
  const times: number[] = [];
  for (const { at } of rows) {
    const before = times.at(-1);
    if (before === undefined || (rising ? at > before : at < before)) times.push(at);
  }
  return times;
}

/** Of which jobs {@link endTimesOf} looks at the ends. */
export interface EndSample {
  /** Jobs that match, and have ended or not, from that end of the list by their numbers. */
  readonly serials: readonly number[];
  readonly rising: boolean;
  /** So many ends shall be before the time. */
  readonly wanted: number;
}

/** One such time, before which at least so many ends are of jobs that match: that of the last one of them in the order of the list. None where too few of the jobs have ended. */
export async function endTimesOf(
  pool: Pool,
  ns: number,
  buckets: Buckets,
  { serials, rising, wanted }: EndSample,
): Promise<number[]> {
  const { rows } = await pool.query<{ at: number }>(
    `select ended_ms ${rising ? "+ 1" : ""} as at from scheduler.outcomes
     where ns = $1 and bucket = any($2::int[]) and serial = any($3::bigint[]) and final
     order by ended_ms ${rising ? "asc" : "desc"} limit 1 offset $4`,
    [ns, buckets, serials, wanted - 1],
  );
  return rows.map(({ at }) => at);
}
