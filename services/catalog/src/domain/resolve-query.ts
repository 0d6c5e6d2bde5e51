import { SwitchyardError } from "@switchyard/errors";
import type { FieldKind } from "../model/index-field.js";
import type { Condition, ConditionOperator, Operand } from "../model/list-query.js";
import type { StoredCollection } from "../store/collections.js";
import { type Column, findColumn } from "../store/columns.js";
import type { ColumnOrder } from "../store/keyset.js";
import { operandKind, readFieldValue } from "./field-value.js";
import { parseJson } from "./json-text.js";
import type { ListRequest, RequestedCondition } from "./list-request.js";

/** A condition with its field. */
export interface ResolvedCondition {
  readonly column: Column;
  readonly condition: Condition;
}

/** A list's conditions, orders, facets and maxima with the fields that they name. */
export interface ResolvedQuery {
  readonly where: readonly ResolvedCondition[];
  readonly orders: readonly ColumnOrder[];
  readonly facets: readonly Column[];
  readonly maxima: readonly Column[];
}

const valueOperators: readonly ConditionOperator[] = [
  "equal",
  "notEqual",
  "less",
  "lessOrEqual",
  "greater",
  "greaterOrEqual",
];

const operatorsOf: Readonly<Record<FieldKind, ReadonlySet<ConditionOperator>>> = {
  text: new Set([...valueOperators, "present", "absent", "prefix", "contains"]),
  number: new Set([...valueOperators, "present", "absent"]),
  boolean: new Set([...valueOperators, "present", "absent"]),
  time: new Set([...valueOperators, "present", "absent"]),
  textList: new Set(["equal", "notEqual", "present", "absent", "prefix", "contains"]),
  search: new Set(["matches", "present", "absent"]),
};

const fulfilledByAbsence: ReadonlySet<ConditionOperator> = new Set(["notEqual", "absent"]);

/** Values of one condition at most. */
const maxValues = 1_000;

/**
 * Finds the fields that a list names and reads the values that they are compared with.
 *
 * @throws SwitchyardError INVALID_ARGUMENT with `field`: a field that the collection does not declare, an operator that does not
 * fit it, a value of another kind
 */
export function resolveQuery(collection: StoredCollection | undefined, request: ListRequest): ResolvedQuery {
  const find = (name: string, place: string, unfit: readonly FieldKind[] = []): Column => {
    const column = findColumn(collection, name);
    if (column === undefined)
      throw invalid(place, `names ${JSON.stringify(name)}, which is no index field of the collection`);
    if (unfit.includes(column.kind)) throw invalid(place, `names ${name}, which is of kind ${column.kind}`);
    return column;
  };
  const where = request.where.map((condition, index) => {
    const place = `where[${index}]`;
    const column = find(condition.field, `${place}.field`);
    return { column, condition: { ...condition, operands: readOperands(column, condition, place) } };
  });
  return {
    where,
    orders: request.orders.map((order, index) => ({
      ...order,
      column: narrowed(find(order.field, `order_by[${index}].field`, ["textList", "search"]), where),
    })),
    facets: request.facets.map((name, index) => find(name, `facets[${index}]`, ["search"])),
    maxima: request.maxima.map((name, index) => find(name, `maxima[${index}]`, ["textList", "search"])),
  };
}

/** The field as the conditions leave it: one that every document has a value of needs no look for documents without. */
function narrowed(column: Column, where: readonly ResolvedCondition[]): Column {
  const isAlwaysThere = where.some(
    ({ column: { name }, condition: { operator } }) => name === column.name && !fulfilledByAbsence.has(operator),
  );
  return isAlwaysThere ? { ...column, isNullable: false } : column;
}

function readOperands(column: Column, { operator, values }: RequestedCondition, place: string): readonly Operand[] {
  if (!operatorsOf[column.kind].has(operator)) {
    throw invalid(`${place}.operator`, `does not fit ${column.name}, which is of kind ${column.kind}`);
  }
  const [least, most] = valueCounts(operator);
  if (values.length < least || values.length > most) {
    throw invalid(`${place}.values`, least === most ? `needs ${most} values` : `needs ${least} to ${most} values`);
  }
  return values.map((text, index) => {
    const valuePlace = `${place}.values[${index}]`;
    return readOperand(operandKind(column.kind), parseJson(text, valuePlace), valuePlace);
  });
}

function valueCounts(operator: ConditionOperator): readonly [least: number, most: number] {
  if (operator === "equal" || operator === "notEqual") return [1, maxValues];
  return operator === "present" || operator === "absent" ? [0, 0] : [1, 1];
}

function readOperand(kind: FieldKind, json: unknown, place: string): Operand {
  let value: unknown;
  try {
    value = readFieldValue(kind, json);
  } catch (error) {
    if (!(error instanceof SwitchyardError)) throw error;
    throw new SwitchyardError(error.reason, `${place}: ${error.message}`, { ...error.metadata, field: place });
  }
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value;
  throw invalid(place, `is not of kind ${kind}`);
}

function invalid(field: string, text: string): SwitchyardError {
  return new SwitchyardError("INVALID_ARGUMENT", `${field} ${text}`, { field });
}
