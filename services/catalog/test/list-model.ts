import { FieldCondition_Operator as Op } from "@switchyard/proto/switchyard/catalog/v1/catalog_service_pb";

/** A document's body in the property test; every member may be missing or null. */
export interface ModelBody {
  readonly text?: string | null;
  readonly n?: number | null;
  readonly flag?: boolean | null;
  readonly time?: string | null;
  readonly tags?: readonly string[] | null;
  readonly words?: string | null;
}

export interface ModelDocument {
  readonly key: string;
  readonly number: number;
  readonly body: ModelBody;
}

export interface ModelCondition {
  readonly field: string;
  readonly operator: Op;
  readonly values: readonly unknown[];
}

export interface ModelOrder {
  readonly field: string;
  readonly descending: boolean;
  readonly absentFirst: boolean;
}

/** The plainest thing that filters and sorts: what the service must agree with. */
export function selectFromModel(
  documents: readonly ModelDocument[],
  where: readonly ModelCondition[],
  orders: readonly ModelOrder[],
): readonly ModelDocument[] {
  return documents
    .filter((document) => where.every((condition) => holds(fieldOf(document, condition.field), condition)))
    .sort((a, b) => {
      for (const order of orders) {
        const difference = compareInOrder(fieldOf(a, order.field), fieldOf(b, order.field), order);
        if (difference !== 0) return difference;
      }
      return a.number - b.number;
    });
}

/** The value of a field; null when it is absent. */
export function fieldOf(document: ModelDocument, field: string): unknown {
  if (field === "key" || field === "number") return document[field];
  return (document.body as Record<string, unknown>)[field] ?? null;
}

/** Smaller, equal or larger; texts by their bytes. */
export function compare(a: unknown, b: unknown): number {
  if (typeof a === "string") return Buffer.compare(Buffer.from(a), Buffer.from(b as string));
  return Number(a) - Number(b);
}

function compareInOrder(a: unknown, b: unknown, { descending, absentFirst }: ModelOrder): number {
  if (a === null || b === null) {
    if (a === b) return 0;
    return (a === null) === absentFirst ? -1 : 1;
  }
  return descending ? compare(b, a) : compare(a, b);
}

function holds(value: unknown, { field, operator, values }: ModelCondition): boolean {
  if (operator === Op.PRESENT) return value !== null;
  if (operator === Op.ABSENT) return value === null;
  if (operator === Op.NOT_EQUAL) return !holds(value, { field, operator: Op.EQUAL, values });
  if (value === null) return false;
  if (Array.isArray(value)) return value.some((member) => holds(member, { field, operator, values }));
  switch (operator) {
    case Op.EQUAL:
      return values.some((candidate) => compare(value, candidate) === 0);
    case Op.LESS:
      return compare(value, values[0]) < 0;
    case Op.LESS_OR_EQUAL:
      return compare(value, values[0]) <= 0;
    case Op.GREATER:
      return compare(value, values[0]) > 0;
    case Op.GREATER_OR_EQUAL:
      return compare(value, values[0]) >= 0;
    case Op.PREFIX:
      return String(value).startsWith(String(values[0]));
    case Op.CONTAINS:
      return String(value).toLowerCase().includes(String(values[0]).toLowerCase());
    case Op.MATCHES:
      return String(value).toLowerCase().split(" ").includes(String(values[0]).toLowerCase());
    default:
      throw new Error(`the model does not know operator ${operator}`);
  }
}
