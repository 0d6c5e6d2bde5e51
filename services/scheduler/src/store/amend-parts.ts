import { intArrayLiteral, packBytes } from "@switchyard/postgres";
import type { AmendRecord } from "../domain/core/writes.js";
import { storedType } from "./content-type.js";
import { packPlace } from "./decision-columns.js";
import type { Part } from "./fenced-statement.js";
import { jobBuckets, jobKeys, openUpdatePart } from "./open-parts.js";

/** Amendments: a row each, and the changed place in the row of the open job. */
export function amendParts(amends: readonly AmendRecord[]): Part[] {
  if (amends.length === 0) return [];
  const jobs = amends.map(({ job }) => job);
  const changed = amends.map(({ job, revision, rankClass, rank, weight }) => ({
    ...job,
    revision,
    rankClass,
    rank,
    weight,
  }));
  const inputs = packBytes(amends.map(({ body }) => body?.input));
  const extras = packBytes(amends.map(({ body }) => body?.extras));
  return [
    ...openUpdatePart("ao", changed, jobs),
    {
      name: "am",
      sql: ([n, j, v, p, b, i, io, il, c, x, xo, xl, u]) =>
        `insert into scheduler.amendments (ns, bucket, serial, revision, place, replaces, input, content_type, extras)
         select n, u, j, v, p, b, substr(${i}::bytea, io, il), c, substr(${x}::bytea, xo, xl)
         from unnest(${n}::int[], ${j}::bigint[], ${v}::int[], ${p}::bytea[], ${b}::bool[], ${io}::int[], ${il}::int[],
           ${c}::text[], ${xo}::int[], ${xl}::int[], ${u}::int[]) t(n, j, v, p, b, io, il, c, xo, xl, u)
         where (select ok from f)`,
      values: [
        ...jobKeys(jobs),
        intArrayLiteral(amends.map(({ revision }) => revision)),
        amends.map((place) => packPlace(place) ?? Buffer.alloc(18)),
        amends.map(({ body }) => body !== undefined),
        inputs.data,
        inputs.offsets,
        inputs.lengths,
        amends.map(({ body }) => (body ? storedType(body.contentType) : null)),
        extras.data,
        extras.offsets,
        extras.lengths,
        jobBuckets(jobs),
      ],
    },
  ];
}
