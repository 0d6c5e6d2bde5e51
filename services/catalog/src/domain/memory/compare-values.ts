/** A value of an index field as the store keeps it: texts escaped (see `text-code.ts`), times as canonical texts. */
export type StoredValue = string | number | boolean;

/** Compares two values of one field as the server does: numbers, false before true, texts by their bytes. */
export function compareValues(a: StoredValue, b: StoredValue): number {
  if (a === b) return 0;
  if (typeof a === "string" && typeof b === "string") return compareTexts(a, b);
  return a < b ? -1 : 1;
}

/** JavaScript compares units of UTF-16. That is the order of the bytes of UTF-8, but that halves of pairs stand before U+E000. */
function compareTexts(a: string, b: string): number {
  const most = Math.min(a.length, b.length);
  for (let index = 0; index < most; index++) {
    const [left, right] = [a.charCodeAt(index), b.charCodeAt(index)];
    if (left !== right) return rank(left) - rank(right);
  }
  return a.length - b.length;
}

function rank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}
