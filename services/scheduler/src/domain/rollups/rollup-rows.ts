import type { RollupRow } from "../../store/write-rollups.js";
import { cubes } from "./cubes.js";
import { isNothing } from "./sums.js";
import type { SumTable } from "./sum-table.js";

/** The rows that a table of sums adds to, each at most once: one with the counts, and one for each metric. */
export function rollupRows(table: SumTable): RollupRow[] {
  const rows: RollupRow[] = [];
  for (const cube of cubes) {
    for (const { key, sums } of table.cube(cube)) {
      if (isNothing(sums)) continue;
      const { n, timed, durationMs, waitMs, metrics } = sums;
      rows.push({ ...key, cube, metric: "", n, timed, durationMs, waitMs, amount: 0 });
      for (const [metric, amount] of metrics ?? [])
        if (amount !== 0) rows.push({ ...key, cube, metric, ...noCounts, amount });
    }
  }
  return rows;
}

const noCounts = { n: 0, timed: 0, durationMs: 0, waitMs: 0 };
