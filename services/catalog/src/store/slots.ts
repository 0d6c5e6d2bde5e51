import { SwitchyardError } from "@switchyard/errors";
import type { FieldKind, IndexField } from "../model/index-field.js";

/** An index field and where its values are: a slot column, or `search` for the table of search texts. */
export interface StoredField extends IndexField {
  readonly slot: string;
}

interface SlotGroup {
  readonly kind: FieldKind;
  readonly prefix: string;
  readonly type: string;
  readonly count: number;
}

const groups: readonly SlotGroup[] = [
  { kind: "text", prefix: "t", type: 'text collate "C"', count: 12 },
  { kind: "number", prefix: "n", type: "double precision", count: 8 },
  { kind: "time", prefix: "d", type: "timestamptz", count: 6 },
  { kind: "boolean", prefix: "b", type: "boolean", count: 8 },
  { kind: "textList", prefix: "l", type: 'text[] collate "C"', count: 4 },
];

/**
 * Every slot column of table `documents`: its name, the kind of field it takes, its SQL type. Migration `0001-documents` is made
 * from this list: further slots need a step of their own, and that one must then keep the present list.
 */
export const slotColumns = groups.flatMap(({ kind, prefix, type, count }) =>
  Array.from({ length: count }, (_, index) => ({ name: `${prefix}${index + 1}`, kind, type })),
);

/**
 * Gives each field a slot.
 *
 * @throws SwitchyardError QUOTA_EXCEEDED with `kind` and `limit` when a collection has more fields of a kind than there are slots
 */
export function assignSlots(fields: readonly IndexField[]): readonly StoredField[] {
  const used = new Map<FieldKind, number>();
  return fields.map((field) => {
    if (field.kind === "search") return { ...field, slot: "search" };
    const next = used.get(field.kind) ?? 0;
    used.set(field.kind, next + 1);
    const slots = slotColumns.filter(({ kind }) => kind === field.kind);
    const slot = slots[next];
    if (slot !== undefined) return { ...field, slot: slot.name };
    throw new SwitchyardError(
      "QUOTA_EXCEEDED",
      `a collection has at most ${slots.length} fields of kind ${field.kind}`,
      {
        kind: field.kind,
        limit: String(slots.length),
      },
    );
  });
}
