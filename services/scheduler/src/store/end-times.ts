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

/**
 * The one such time for ends that an index finds by the numbers of their jobs: that of the farthest end of some of these, which are the jobs that match from that end of the list. At least as many
 * ends are between it and the edge.
 */
export async function endTimesOf(
  pool: Pool,
  ns: number,
  buckets: Buckets,
  serials: readonly number[],
  rising: boolean,
): Promise<number[]> {
  const { rows } = await pool.query<{ at: number | null }>(
    `select ${rising ? "max(ended_ms) + 1" : "min(ended_ms)"} as at from scheduler.outcomes
     where ns = $1 and bucket = any($2::int[]) and serial = any($3::bigint[]) and final`,
    [ns, buckets, serials],
  );
  return rows.flatMap(({ at }) => at ?? []);
}
