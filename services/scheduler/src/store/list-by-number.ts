import type { Pool } from "@switchyard/postgres";
import type { BucketRange, JobListFilter, JobListPage } from "./list-jobs.js";
import { listQuery } from "./list-query.js";
import { placesOf } from "./list-sources.js";

/** The numbers of a page in the order of the numbers: the newest or the oldest jobs first. A number may come twice. */
export async function listByNumber(
  pool: Pool,
  ns: number,
  ranges: readonly BucketRange[],
  filter: JobListFilter,
  page: JobListPage,
): Promise<number[]> {
  const rising = page.order === "oldest";
  const cursor = page.cursor === undefined ? undefined : { serial: page.cursor, rising };
  const query = listQuery(ns, filter, cursor);
  const order = `order by serial ${rising ? "asc" : "desc"}`;
  const { parameters } = query;
  const first = `${order} limit ${parameters.add(page.offset + page.limit)}`;
  const places = placesOf(query, ranges, first);
  if (places.length === 0) return [];
  const branches = places.map((place) => `(select s.serial ${place} ${first})`);
  const { rows } = await pool.query<{ serial: number }>(
    `select serial from (${branches.join(" union all ")}) found ${order}
     limit ${parameters.add(page.limit)} offset ${parameters.add(page.offset)}`,
    parameters.values,
  );
  return rows.map(({ serial }) => serial);
}
