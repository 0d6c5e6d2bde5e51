import { pipeline } from "node:stream/promises";
import type { Pool } from "@switchyard/postgres";
import type { PoolClient } from "pg";
import { from as copyFrom, to as copyTo } from "pg-copy-streams";
import { writeArrival } from "./arrivals.js";
import { stretchesOf } from "./event-row.js";
import { atLeisure, jobTables } from "./namespace-tables.js";
import { eventsPerPartition, makePartitionsForArrival, type Partition } from "./partitions.js";

/** From where a namespace is copied and where to, under which numbers. */
export interface CopyRoute {
  readonly from: Pool;
  readonly ns: number;
  readonly to: Pool;
  /** Its number at the target. */
  readonly as: number;
}

/** Rows of events that are read at once. */
const eventPage = 200;

/** Copies the rows of a table; `condition` is SQL over it. Returns their number. */
export function copyTable(route: CopyRoute, table: string, condition = "true"): Promise<number> {
  return writeArrival(route.to, route.as, (writer) => pipe(route, table, condition, writer));
}

/** Copies all that there is about some jobs anew: what was copied of them before goes, as do those that were deleted meanwhile. */
export async function copyJobs(
  route: CopyRoute,
  buckets: readonly number[],
  serials: readonly number[],
): Promise<number> {
  let rows = 0;
  for (const table of jobTables) {
    rows += await writeArrival(route.to, route.as, async (writer) => {
      await writer.query(`delete from scheduler.${table} where ns = $1 and bucket = any($2) and serial = any($3)`, [
        route.as,
        buckets,
        serials,
      ]);
      const condition = `bucket = any('{${buckets.join(",")}}'::int[]) and serial = any('{${serials.join(",")}}'::bigint[])`;
      return pipe(route, table, condition, writer);
    });
  }
  return rows;
}

/** Removes jobs of buckets that the source has dropped since they were copied. */
export async function dropCopied(route: CopyRoute, buckets: readonly number[]): Promise<void> {
  for (const table of jobTables)
    await writeArrival(route.to, route.as, (writer) =>
      writer.query(`delete from scheduler.${table} where ns = $1 and bucket = any($2)`, [route.as, buckets]),
    );
}

/** From server to server, as it comes; only the local number is another one. */
async function pipe(
  { from, ns, as }: CopyRoute,
  table: string,
  condition: string,
  writer: PoolClient,
): Promise<number> {
  const { rows } = await from.query<{ name: string }>(
    `select quote_ident(attname) as name from pg_attribute
     where attrelid = $1::regclass and attnum > 0 and not attisdropped and attgenerated = '' order by attnum`,
    [`scheduler.${table}`],
  );
  const columns = rows.map(({ name }) => name);
  const select = columns.map((name) => (name === "ns" ? `${as}::int` : name)).join(", ");
  const sink = writer.query(copyFrom(`copy scheduler.${table} (${columns.join(", ")}) from stdin (format binary)`));
  await atLeisure(from, (reader) =>
    pipeline(
      reader.query(
        copyTo(
          `copy (select ${select} from scheduler.${table} where ns = ${ns} and ${condition}) to stdout (format binary)`,
        ),
      ),
      sink,
    ),
  );
  return sink.rowCount;
}

/** The buckets in which a namespace has jobs. */
export async function bucketsOf({ from, ns }: Pick<CopyRoute, "from" | "ns">): Promise<number[]> {
  const { rows } = await from.query<{ bucket: number }>(
    "select bucket from scheduler.serial_marks where ns = $1 order by bucket",
    [ns],
  );
  return rows.map(({ bucket }) => bucket);
}

/** Copies requests that were made in a span of time, ms, until before its end. */
export async function copyRequests(route: CopyRoute, fromMs: number, untilMs: number): Promise<number> {
  const { rows } = await route.from.query<{ day: number }>(
    `select substring(relname from '_([0-9]+)$')::int as day from pg_inherits join pg_class on oid = inhrelid
     where inhparent = 'scheduler.requests'::regclass order by 1`,
  );
  await makePartitionsForArrival(
    route.to,
    rows.map(({ day }): Partition => ({ of: "requests", number: day })),
  );
  let copied = 0;
  for (const { day } of rows) {
    const span = `created_ms >= ${Math.floor(fromMs)}${Number.isFinite(untilMs) ? ` and created_ms < ${Math.floor(untilMs)}` : ""}`;
    copied += await copyTable(route, "requests", `day = ${day} and ${span}`);
  }
  return copied;
}

/** Where kept events lie: those up to a number in a shard, as far as nothing before has them. By rising number. */
export async function eventSegments({ from, ns }: CopyRoute, shard: number) {
  const { rows } = await from.query<{ shard: number; upto: number }>(
    "select shard, upto from scheduler.past_shards where ns = $1 order by upto",
    [ns],
  );
  return [
    ...rows.map(({ shard: past, upto }) => ({ shard: past, upTo: upto })),
    { shard, upTo: Number.MAX_SAFE_INTEGER },
  ];
}

/** The number up to which kept events are gone. */
export async function eventsFloorOf(route: CopyRoute, shard: number): Promise<number> {
  let floor = 0;
  let position = 0;
  for (const segment of await eventSegments(route, shard)) {
    const { rows } = await route.from.query<{ floor: number }>(
      `select events_floor as floor from scheduler.shards where shard = $1
       union all select events_floor from scheduler.past_shards where shard = $1 and shard < 0`,
      [segment.shard],
    );
    const gone = Math.min(rows[0]?.floor ?? 0, segment.upTo);
    if (gone > position) floor = gone;
    position = segment.upTo;
  }
  return floor;
}

/** Copies the namespace's events of a shard whose flush begins behind `after`, up to `upTo`, to where the target looks for what it brings. */
export async function copyEvents(route: CopyRoute, shard: number, after: number, upTo: number): Promise<number> {
  const made = new Set<number>();
  let copied = 0;
  let position = after;
  for (;;) {
    const { rows } = await route.from.query<{ first_sequence: number; n: number; at_ms: number; data: Buffer }>(
      `select first_sequence, n, at_ms, data from scheduler.events
       where shard = $1 and first_sequence > $2 and first_sequence <= $3 order by first_sequence limit ${eventPage}`,
      [shard, position, upTo],
    );
    const stretches = rows.flatMap((row) =>
      stretchesOf(row.first_sequence, row.data, route.ns, route.as).map((stretch) => ({ ...stretch, at: row.at_ms })),
    );
    const needed = new Set(stretches.map(({ firstSequence }) => Math.floor(firstSequence / eventsPerPartition)));
    const missing = [...needed].filter((number) => !made.has(number));
    await makePartitionsForArrival(
      route.to,
      missing.map((number): Partition => ({ of: "events", number })),
    );
    for (const number of missing) made.add(number);
    if (stretches.length > 0)
      await writeArrival(route.to, route.as, (writer) =>
        writer.query(
          `insert into scheduler.events (shard, first_sequence, n, at_ms, data)
           select $1, * from unnest($2::bigint[], $3::int[], $4::bigint[], $5::bytea[])`,
          [
            -route.as,
            stretches.map(({ firstSequence }) => firstSequence),
            stretches.map(({ n }) => n),
            stretches.map(({ at }) => at),
            stretches.map(({ data }) => data),
          ],
        ),
      );
    copied += stretches.length;
    const last = rows.at(-1);
    if (!last || rows.length < eventPage) return copied;
    position = last.first_sequence;
  }
}
