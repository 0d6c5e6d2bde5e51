import { sql } from "kysely";
import type { FieldValue, FieldValues } from "../model/index-field.js";
import { type StoredField, slotColumns } from "./slots.js";
import { encodeText } from "./text-code.js";

const names = slotColumns.map(({ name }) => name);

/** `t1, t2, ...`: every slot. */
export const slotList = sql.raw(names.join(", "));

/** `r.t1, r.t2, ...` */
export const slotListOfRecord = sql.raw(names.map((name) => `r.${name}`).join(", "));

/** `t1 = r.t1, ...`; of a row called `r`, or in an upsert `excluded`. */
export const setSlots = (row: "r" | "excluded") => sql.raw(names.map((name) => `${name} = ${row}.${name}`).join(", "));

/** `t1 text, ...`: the slots in the column list of `json_to_recordset`. */
export const slotDefinitions = sql.raw(
  slotColumns.map(({ name, type }) => `${name} ${type.replace(/ collate "C"/, "")}`).join(", "),
);

/** A document's values by slot, to be read by `json_to_recordset`. Search fields are not among them. */
export function toSlots(fields: readonly StoredField[], values: FieldValues): Record<string, unknown> {
  const slots: Record<string, unknown> = {};
  for (const { name, slot, kind } of fields) {
    const value = values.get(name);
    if (kind !== "search" && value !== undefined) slots[slot] = encodeValue(value);
  }
  return slots;
}

function encodeValue(value: FieldValue): unknown {
  if (typeof value === "string") return encodeText(value);
  return Array.isArray(value) ? value.map((member: string) => encodeText(member)) : value;
}
