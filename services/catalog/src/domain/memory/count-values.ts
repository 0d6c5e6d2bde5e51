import { type Column, decodeValue } from "../../store/columns.js";
import { maxFacetValues, type ValueCount } from "../../store/summarise.js";
import type { ValueColumn } from "./value-column.js";

/** Counts the values of a field over the selected rows: most first, equal counts by value. */
export function countValues(
  selected: Uint8Array,
  field: Column,
  { codes, values }: ValueColumn,
): readonly ValueCount[] {
  const counts = new Uint32Array(values.length + 1);
  for (let row = 0; row < selected.length; row++) {
    if (selected[row] === 1) {
      const place = (codes[row] as number) + 1;
      counts[place] = (counts[place] as number) + 1;
    }
  }
  const found: { value: ValueCount["value"]; count: number }[] = [];
  for (const [place, value] of values.entries()) {
    const count = counts[place + 1] as number;
    if (count > 0) found.push({ value, count });
  }
  // The sort is stable, so equal counts stay in the order of their values.
  return found
    .sort((a, b) => b.count - a.count)
    .slice(0, maxFacetValues)
    .map(({ value, count }) => ({ value: decodeValue(field, String(value)), count }));
}
