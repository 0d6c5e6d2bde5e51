import { type RawBuilder, sql } from "kysely";
import type { FieldKind } from "../model/index-field.js";
import type { Operand } from "../model/list-query.js";
import type { StoredCollection } from "./collections.js";
import { timeText } from "./database.js";
import { decodeText, encodeText } from "./text-code.js";

/** A field that queries can name, in SQL over the table alias `d`. */
export interface Column {
  readonly name: string;
  readonly kind: FieldKind;
  readonly ref: RawBuilder<unknown>;
  /** Whether documents may lack it. */
  readonly isNullable: boolean;
  /** Whether its texts are kept escaped (see `text-code.ts`). */
  readonly isEncoded: boolean;
}

const builtIn = (name: string, kind: FieldKind, column: string): Column => ({
  name,
  kind,
  ref: sql.ref(`d.${column}`),
  isNullable: false,
  isEncoded: false,
});

const builtIns: ReadonlyMap<string, Column> = new Map(
  [
    builtIn("key", "text", "key"),
    builtIn("number", "number", "number"),
    builtIn("create_time", "time", "created_at"),
    builtIn("update_time", "time", "updated_at"),
  ].map((column) => [column.name, column]),
);

/** Names of facts about every document that queries may name like an index field. No index field can have one of them. */
export const builtInFields: readonly string[] = [...builtIns.keys()];

/** Finds a field of a collection, or a built-in one. */
export function findColumn(collection: StoredCollection | undefined, name: string): Column | undefined {
  const field = collection?.fields.find((candidate) => candidate.name === name);
  if (field === undefined) return builtIns.get(name);
  const ref = field.kind === "search" ? sql`null` : sql.ref(`d.${field.slot}`);
  return { name, kind: field.kind, ref, isNullable: true, isEncoded: true };
}

const sqlTypes: Readonly<Record<FieldKind, string>> = {
  text: "text",
  number: "float8",
  boolean: "boolean",
  time: "timestamptz",
  textList: "text",
  search: "text",
};

/** An operand as a typed parameter. */
export function parameter(column: Column, value: Operand): RawBuilder<unknown> {
  // A whole number keeps its type, so that the index on `number`, a bigint, can be used.
  const type = column.kind === "number" && Number.isSafeInteger(value) ? "int8" : sqlTypes[column.kind];
  return sql`${encodeOperand(column, value)}::${sql.raw(type)}`;
}

/** Operands as one array parameter. */
export function arrayParameter(column: Column, values: readonly Operand[]): RawBuilder<unknown> {
  return sql`${values.map((value) => encodeOperand(column, value))}::${sql.raw(sqlTypes[column.kind])}[]`;
}

/** A value of the column as text, for {@link decodeValue}. */
export function valueText(column: Column, ref: RawBuilder<unknown> = column.ref): RawBuilder<string | null> {
  return column.kind === "time" ? timeText(ref) : sql`(${ref})::text`;
}

/** A value of the column as it goes into JSON: what {@link valueText} gives, but numbers and booleans as they are. */
export function valueJson(column: Column): RawBuilder<unknown> {
  return column.kind === "time" ? timeText(column.ref) : column.ref;
}

/** The value of a text that {@link valueText} made. */
export function decodeValue(column: Column, text: string): Operand {
  if (column.kind === "number") return Number(text);
  if (column.kind === "boolean") return text === "true";
  return column.isEncoded ? decodeText(text) : text;
}

function encodeOperand(column: Column, value: Operand): Operand {
  return typeof value === "string" && column.isEncoded ? encodeText(value) : value;
}
