import { intArray } from "@switchyard/postgres";
import type { OpenJob } from "../domain/core/model.js";
import type { ReleaseRecord } from "../domain/core/writes.js";
import { type Decided, packDecisions } from "./decision-columns.js";
import type { Part } from "./fenced-statement.js";
import { type Column, insertPart, ints, type RowColumn, rows, sliceOf, slices, values } from "./insert-part.js";
import { encodeOpenExtra } from "./open-extra.js";

/** Rows of jobs that are open from now on. */
export function openInsertPart(jobs: readonly OpenJob[]): Part[] {
  if (jobs.length === 0) return [];
  const extras = jobs.map(encodeOpenExtra);
  const columns: [RowColumn, ...Column[]] = [
    rows(
      "serial",
      jobs.map(({ serial }) => serial),
    ),
    ints(
      "ns",
      jobs.map(({ space }) => space.id),
    ),
    ints(
      "bucket",
      jobs.map(({ bucket }) => bucket),
    ),
    slices("decision", packDecisions(jobs)),
    values(
      "kind",
      "text",
      jobs.map(({ kind }) => kind),
    ),
  ];
  if (extras.every((extra) => extra === null)) return [insertPart("o", "open", columns)];
  const reuseKeys = jobs.map(({ reuseKey, space, serial }) =>
    reuseKey !== "" && space.reuseKeys.get(reuseKey) === serial ? reuseKey : null,
  );
  return [
    insertPart("ox", "open", [...columns, values("extra", "text", extras), values("reuse_key", "text", reuseKeys)]),
  ];
}

/** Rows of jobs that go on with other counters, or stand somewhere else. */
export function openUpdatePart(name: string, jobs: readonly Decided[], keys: readonly OpenJob[]): Part[] {
  if (jobs.length === 0) return [];
  const { data, width } = packDecisions(jobs);
  return [
    {
      name,
      sql: ([packed, each, n, j]) =>
        `update scheduler.open set decision = ${sliceOf(packed, each)}
         from unnest(${n}::int[], ${j}::bigint[]) with ordinality t(n, j, i) where ns = n and serial = j and (select ok from f)`,
      values: [data, width, ...jobKeys(keys)],
    },
  ];
}

/** Rows of jobs that wait for less than before. */
export function releasePart(releases: readonly ReleaseRecord[]): Part[] {
  if (releases.length === 0) return [];
  const jobs = releases.map(({ job }) => job);
  const { data, width } = packDecisions(releases.map(({ job, readyAt }) => ({ ...job, readyAt })));
  return [
    {
      name: "op",
      sql: ([packed, each, n, j, x]) =>
        `update scheduler.open set decision = ${sliceOf(packed, each)}, extra = x
         from unnest(${n}::int[], ${j}::bigint[], ${x}::text[]) with ordinality t(n, j, x, i)
         where ns = n and serial = j and (select ok from f)`,
      values: [
        data,
        width,
        ...jobKeys(jobs),
        releases.map(({ job, parents }) => encodeOpenExtra({ ...job, storedParents: parents })),
      ],
    },
  ];
}

/**
 * Rows to delete by their exact keys. Those of one namespace, as nearly always, are found in one walk along the index: half the price of a join, which descends the
 * tree anew for each row.
 */
export function deletePart(
  name: string,
  table: string,
  jobs: readonly { readonly ns: number; readonly serial: number }[],
): Part[] {
  const [first] = jobs;
  if (!first) return [];
  const serials = intArray(
    "bigint",
    jobs.map(({ serial }) => serial),
  );
  if (jobs.every(({ ns }) => ns === first.ns)) {
    const sql = ([n, j]: readonly string[]) =>
      `delete from scheduler.${table} where ns = ${n}::int and serial = any(${j}::bigint[]) and (select ok from f)`;
    return [{ name: `${name}1`, sql, values: [first.ns, serials] }];
  }
  const sql = ([n, j]: readonly string[]) =>
    `delete from scheduler.${table} using unnest(${n}::int[], ${j}::bigint[]) t(n, j)
     where ns = n and serial = j and (select ok from f)`;
  const spaces = intArray(
    "int",
    jobs.map(({ ns }) => ns),
  );
  return [{ name, sql, values: [spaces, serials] }];
}

/** Rows about jobs to delete from a table that is partitioned by bucket, by the exact keys of the jobs. */
export function deleteFromBucketsPart(
  name: string,
  table: string,
  jobs: readonly { readonly ns: number; readonly bucket: number; readonly serial: number }[],
): Part[] {
  if (jobs.length === 0) return [];
  const column = (type: "int" | "bigint", of: (job: (typeof jobs)[number]) => number) => intArray(type, jobs.map(of));
  return [
    {
      name,
      sql: ([n, b, j]) =>
        `delete from scheduler.${table} using unnest(${n}::int[], ${b}::int[], ${j}::bigint[]) t(n, b, j)
         where ns = n and bucket = b and serial = j and (select ok from f)`,
      values: [
        column("int", ({ ns }) => ns),
        column("int", ({ bucket }) => bucket),
        column("bigint", ({ serial }) => serial),
      ],
    },
  ];
}

/** The bucket of each job, as an array of type `int[]`. */
export function jobBuckets(jobs: readonly Pick<OpenJob, "bucket">[]): Buffer {
  return intArray(
    "int",
    jobs.map(({ bucket }) => bucket),
  );
}

/** Namespace and serial of each job, as arrays of types `int[]` and `bigint[]`. */
export function jobKeys(jobs: readonly Pick<OpenJob, "space" | "serial">[]): [Buffer, Buffer] {
  return [
    intArray(
      "int",
      jobs.map(({ space }) => space.id),
    ),
    intArray(
      "bigint",
      jobs.map(({ serial }) => serial),
    ),
  ];
}
