/** What the values of an index field are. */
export type FieldKind = "text" | "number" | "boolean" | "time" | "textList" | "search";

/** A member of the documents' bodies that filters, orders and facets may name. */
export interface IndexField {
  /** The name that filters use. */
  readonly name: string;
  /** Member names from the top of the body, joined by dots. */
  readonly path: string;
  readonly kind: FieldKind;
  /** No two living documents of the collection have the same value. */
  readonly unique: boolean;
}

/**
 * A value of an index field: text and search text as string, time as canonical text (see `parseTime`), lists as array.
 * Absent and null are not values; they are left out.
 */
export type FieldValue = string | number | boolean | readonly string[];

/** Tells whether two lists declare the same fields, in whatever order. */
export function sameFields(a: readonly IndexField[], b: readonly IndexField[]): boolean {
  const signature = (fields: readonly IndexField[]) =>
    JSON.stringify(fields.map(({ name, path, kind, unique }) => JSON.stringify([name, path, kind, unique])).sort());
  return signature(a) === signature(b);
}

/** A document's values by the names of its index fields; absent and null ones are left out. */
export type FieldValues = ReadonlyMap<string, FieldValue>;
