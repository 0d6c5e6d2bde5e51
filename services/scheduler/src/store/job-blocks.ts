import type { Pool } from "@switchyard/postgres";
import { Parameters } from "./aggregate-query.js";
import type { JobListFilter } from "./list-jobs.js";
import { inFencedTransaction } from "./partitions.js";
import type { Term } from "./term.js";

/** Numbers of a block: `n` belongs to block `n / 512`. Few enough to be looked through in half a millisecond, and enough that its queues and kinds are few rows. */
export const blockSize = 512;

/** A block with more kinds gets one row for all of them: each of its jobs may be of another kind. */
const mostKinds = 64;
/** More names than these are looked for together, not in the order of an index. */
const mostNames = 8;
/** Whoever drops a partition holds it for some milliseconds. */
const noteAttempts = 2;

/** The numbers of a block that lie in a bucket. */
export interface Block {
  readonly bucket: number;
  readonly block: number;
}

/** A stretch of numbers: `after` is not part of it, `upTo` is. */
export interface BlockStretch {
  readonly ns: number;
  /** The buckets in which its jobs may lie. */
  readonly buckets: readonly number[];
  readonly after: number;
  readonly upTo: number;
}

/**
 * Notes which shapes and kinds the jobs of a stretch of whole blocks have. All of them have to be stored, and those before the stretch noted.
 *
 * @throws Error when somebody else has noted them: the namespace has another owner now
 */
export async function noteBlocks(pool: Pool, term: Term, { ns, buckets, after, upTo }: BlockStretch): Promise<void> {
  await inFencedTransaction(pool, term, noteAttempts, async (client) => {
    await client.query(
      `with jobs as materialized (
         select distinct bucket, serial / ${blockSize} as block, shape, kind from scheduler.jobs
         where ns = $1 and bucket = any($2::int[]) and serial > $3 and serial <= $4),
       kinds as (select bucket, block, kind, count(*) over (partition by bucket, block) as n from (select distinct bucket, block, kind from jobs) k)
       insert into scheduler.job_blocks (ns, bucket, block, shape, kind)
       select distinct $1::int, bucket, block, shape, null from jobs
       union all select distinct $1::int, bucket, block, null::int, case when n <= ${mostKinds} then kind end from kinds`,
      [ns, buckets, after, upTo],
    );
    const { rowCount } = await client.query(
      "update scheduler.namespaces set blocks_upto = $3 where id = $1 and shard = $2 and blocks_upto <= $4",
      [ns, term.shard, upTo, after],
    );
    if (rowCount !== 1) throw new Error(`blocks of namespace ${ns} behind ${after} were noted by somebody else`);
  });
}

/** Up to which number the jobs of a namespace are noted. */
export async function readBlocksUpTo(pool: Pool, ns: number): Promise<number> {
  const { rows } = await pool.query<{ upto: number }>(
    "select blocks_upto as upto from scheduler.namespaces where id = $1",
    [ns],
  );
  return rows[0]?.upto ?? -1;
}

/** Where blocks are looked for: from one number to another, both included, and how many at most. */
export interface BlockSearch {
  readonly rising: boolean;
  readonly from: number;
  readonly upTo: number;
  readonly limit: number;
}

/** The next blocks with jobs of one of the kinds, and of one of the shapes, as far as the filter names any. Only of what is noted. */
export async function blocksWith(
  pool: Pool,
  ns: number,
  { shapes, kinds }: Pick<JobListFilter, "shapes" | "kinds">,
  { rising, from, upTo, limit }: BlockSearch,
): Promise<Block[]> {
  const parameters = new Parameters();
  const direction = rising ? "asc" : "desc";
  const order = `order by block ${direction}, bucket ${direction} limit ${parameters.add(limit)}`;
  const first = parameters.add(Math.floor(from / blockSize));
  const last = parameters.add(Math.floor(upTo / blockSize));
  const inNamespace = `ns = ${parameters.add(ns)}`;
  const withShapes =
    kinds && shapes
      ? ` and exists (select from scheduler.job_blocks s where s.${inNamespace} and s.block = b.block and s.bucket = b.bucket
           and s.shape = any(${parameters.add(shapes)}::int[]))`
      : "";
  const names = kinds
    ? [...namesIn("kind", "text", kinds, parameters), "kind is null"].map((name) => `shape is null and ${name}`)
    : namesIn("shape", "int", shapes ?? [], parameters);
  const branches = names.map(
    (name) =>
      `(select distinct block, bucket from scheduler.job_blocks b
        where ${inNamespace} and ${name} and block between ${first} and ${last}${withShapes} ${order})`,
  );
  if (branches.length === 0) return [];
  const { rows } = await pool.query<Block>(
    `select distinct block, bucket from (${branches.join(" union all ")}) found ${order}`,
    parameters.values,
  );
  return rows;
}

/** A condition for each name, so that its rows come in the order of the index; for many a single one. */
function namesIn(column: string, type: string, names: readonly unknown[], parameters: Parameters): string[] {
  const different = [...new Set(names)];
  if (different.length > mostNames) return [`${column} = any(${parameters.add(different)}::${type}[])`];
  return different.map((name) => `${column} = ${parameters.add(name)}::${type}`);
}
