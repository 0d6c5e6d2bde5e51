import type { Pool } from "@switchyard/postgres";
import type { BucketRange, JobListFilter } from "./list-jobs.js";
import { listQuery } from "./list-query.js";
import { placesOf } from "./list-sources.js";

/** The number of jobs that match. Counts rows: for what roll-ups and memory don't tell. */
export async function countJobs(
  pool: Pool,
  ns: number,
  ranges: readonly BucketRange[],
  filter: JobListFilter,
): Promise<number> {
  const query = listQuery(ns, filter);
  const places = placesOf(query, ranges, undefined);
  if (places.length === 0) return 0;
  const counts = places.map((place) => `select count(*) as n ${place}`);
  const { rows } = await pool.query<{ n: number }>(
    `select sum(n)::bigint as n from (${counts.join(" union all ")}) counts`,
    query.parameters.values,
  );
  return rows[0]?.n ?? 0;
}
