import { intArrayLiteral, type Pool } from "@switchyard/postgres";
import { type Part, writeFenced } from "./fenced-statement.js";
import type { Term } from "./term.js";

/** What is added to one row of sums. */
export interface RollupRow {
  readonly ns: number;
  readonly bucket: number;
  readonly cube: string;
  readonly hour: number;
  readonly subject: string;
  readonly runner: string;
  readonly kind: string;
  readonly queue: string;
  readonly state: string;
  readonly code: string;
  /** Empty for the row with the counts. */
  readonly metric: string;
  readonly n: number;
  readonly timed: number;
  readonly durationMs: number;
  readonly waitMs: number;
  readonly amount: number;
}

/**
 * Adds to the sums, and moves the shard's cursor from `from` to `upTo` with it. Where the cursor is not at `from` nothing happens: so a write whose
 * outcome is unknown can be repeated, and counts once. What belongs to a dropped bucket is left out.
 */
export async function writeRollups(
  pool: Pool,
  term: Term,
  from: number,
  upTo: number,
  rows: readonly RollupRow[],
): Promise<void> {
  await writeFenced(pool, term, "rollup", [cursorPart(term, from, upTo), ...rowsPart(rows)]);
}

function cursorPart(term: Term, from: number, upTo: number): Part {
  return {
    name: "c",
    sql: ([shard, old, next]) =>
      `insert into scheduler.rollup_cursors (shard, upto) select ${shard}::int, ${next}::bigint where (select ok from f)
       on conflict (shard) do update set upto = excluded.upto where rollup_cursors.upto = ${old}::bigint returning 1`,
    values: [term.shard, from, upTo],
  };
}

function rowsPart(rows: readonly RollupRow[]): Part[] {
  if (rows.length === 0) return [];
  const texts = (of: (row: RollupRow) => string) => rows.map(of);
  const integers = (of: (row: RollupRow) => number) => intArrayLiteral(rows.map(of));
  return [
    {
      name: "ru",
      sql: (p) =>
        `insert into scheduler.rollups as r (ns, bucket, cube, hour, subject, runner, kind, queue, state, code, metric,
           n, timed, duration_ms, wait_ms, amount)
         select t.* from unnest(${p[0]}::int[], ${p[1]}::int[], ${p[2]}::text[], ${p[3]}::int[], ${p[4]}::text[], ${p[5]}::text[], ${p[6]}::text[],
           ${p[7]}::text[], ${p[8]}::text[], ${p[9]}::text[], ${p[10]}::text[], ${p[11]}::bigint[], ${p[12]}::bigint[], ${p[13]}::float8[],
           ${p[14]}::float8[], ${p[15]}::float8[])
           t(ns, bucket, cube, hour, subject, runner, kind, queue, state, code, metric, n, timed, duration_ms, wait_ms, amount)
         where exists (select from c) and exists (
           select from scheduler.serial_marks m where m.ns = t.ns and m.bucket = t.bucket)
         on conflict (ns, bucket, cube, hour, subject, runner, kind, queue, state, code, metric) do update set n = r.n + excluded.n,
           timed = r.timed + excluded.timed, duration_ms = r.duration_ms + excluded.duration_ms, wait_ms = r.wait_ms + excluded.wait_ms,
           amount = r.amount + excluded.amount`,
      values: [
        integers(({ ns }) => ns),
        integers(({ bucket }) => bucket),
        texts(({ cube }) => cube),
        integers(({ hour }) => hour),
        texts(({ subject }) => subject),
        texts(({ runner }) => runner),
        texts(({ kind }) => kind),
        texts(({ queue }) => queue),
        texts(({ state }) => state),
        texts(({ code }) => code),
        texts(({ metric }) => metric),
        integers(({ n }) => n),
        integers(({ timed }) => timed),
        rows.map(({ durationMs }) => durationMs),
        rows.map(({ waitMs }) => waitMs),
        rows.map(({ amount }) => amount),
      ],
    },
  ];
}
