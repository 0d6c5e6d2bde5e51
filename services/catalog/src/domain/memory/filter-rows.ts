import type { Condition, Operand } from "../../model/list-query.js";
import type { Column } from "../../store/columns.js";
import { encodeText } from "../../store/text-code.js";
import type { StoredValue } from "./compare-values.js";
import type { ValueColumn } from "./value-column.js";

/** Operators that need no more than the order of a field's values. */
const ordered = new Set(["equal", "notEqual", "less", "lessOrEqual", "greater", "greaterOrEqual", "present", "absent"]);

/** Tells whether a condition on a field in memory can be decided there. */
export function isOrdered({ operator }: Condition): boolean {
  return ordered.has(operator);
}

/**
 * Takes the rows out of a selection that do not fulfil a condition, which has to be an ordered one.
 *
 * @param selected by row, 1 for selected
 */
export function filterRows(selected: Uint8Array, field: Column, values: ValueColumn, condition: Condition): void {
  const accepted = acceptedPlaces(field, values, condition);
  const { codes } = values;
  for (let row = 0; row < selected.length; row++) {
    if (accepted[(codes[row] as number) + 1] === 0) selected[row] = 0;
  }
}

/** By place plus one, absent first: 1 for values that fulfil the condition. */
function acceptedPlaces(field: Column, column: ValueColumn, { operator, operands }: Condition): Uint8Array {
  const count = column.values.length;
  const accepted = new Uint8Array(count + 1);
  const values = operands.map((operand) => storedValue(field, operand));
  const [from, to] = rangeOf(column, operator, values[0]);
  accepted.fill(1, from + 1, to + 1);
  if (operator === "absent") accepted[0] = 1;
  if (operator === "equal") for (const value of values) accepted.fill(1, ...equalTo(column, value));
  if (operator === "notEqual") {
    accepted.fill(1);
    for (const value of values) accepted.fill(0, ...equalTo(column, value));
  }
  return accepted;
}

function equalTo(column: ValueColumn, value: StoredValue): [from: number, to: number] {
  return [column.placeOf(value) + 1, placeBehind(column, value) + 1];
}

function rangeOf(
  column: ValueColumn,
  operator: Condition["operator"],
  value?: StoredValue,
): [from: number, to: number] {
  const count = column.values.length;
  if (operator === "present") return [0, count];
  if (value === undefined) return [0, 0];
  switch (operator) {
    case "less":
      return [0, column.placeOf(value)];
    case "lessOrEqual":
      return [0, placeBehind(column, value)];
    case "greater":
      return [placeBehind(column, value), count];
    case "greaterOrEqual":
      return [column.placeOf(value), count];
    default:
      return [0, 0];
  }
}

/** The place of the first larger value. */
function placeBehind(column: ValueColumn, value: StoredValue): number {
  const place = column.placeOf(value);
  return column.values[place] === value ? place + 1 : place;
}

function storedValue({ isEncoded }: Column, operand: Operand): StoredValue {
  return typeof operand === "string" && isEncoded ? encodeText(operand) : operand;
}
