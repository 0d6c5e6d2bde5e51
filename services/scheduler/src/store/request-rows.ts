import { intArrayLiteral } from "@switchyard/postgres";
import type { RequestRecord } from "../domain/core/writes.js";
import type { Part } from "./fenced-statement.js";

/** The serials of a call as they are stored: of a dense run of three or more only the ends. */
export function packSerials(serials: readonly number[]): number[] {
  const first = serials[0] as number;
  if (serials.length < 3 || !serials.every((serial, i) => serial === first + i)) return [...serials];
  return [first, first + serials.length - 1];
}

/** Reads what {@link packSerials} wrote; `n` is the number of items. */
export function unpackSerials(stored: readonly number[], n: number): number[] {
  if (stored.length === n) return [...stored];
  return Array.from({ length: n }, (_, i) => (stored[0] as number) + i);
}

/** Rows of calls and items that may be repeated. */
export function requestPart(requests: readonly RequestRecord[]): Part[] {
  if (requests.length === 0) return [];
  return [
    {
      name: "r",
      // An array of arrays must be rectangular, so the serials come as text.
      sql: ([n, k, g, s, c, t]) =>
        `insert into scheduler.requests (ns, request_key, fingerprint, serials, n, created_ms)
         select n, k, g, s::bigint[], c, t
         from unnest(${n}::int[], ${k}::text[], ${g}::bytea[], ${s}::text[], ${c}::int[], ${t}::bigint[]) x(n, k, g, s, c, t)
         where (select ok from f)`,
      values: [
        intArrayLiteral(requests.map(({ space }) => space.id)),
        requests.map(({ key }) => key),
        requests.map(({ fingerprint }) => (fingerprint ? Buffer.from(fingerprint) : null)),
        requests.map(({ serials }) => intArrayLiteral(packSerials(serials))),
        intArrayLiteral(requests.map(({ serials }) => serials.length)),
        intArrayLiteral(requests.map(({ at }) => Math.floor(at))),
      ],
    },
  ];
}
