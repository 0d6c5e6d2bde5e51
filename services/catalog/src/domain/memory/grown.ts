/** The array, or a larger copy when it has no room for so many members. Doubles, so that growing by ones stays cheap. */
export function grown<T extends Int32Array | Uint8Array | Uint32Array | Float64Array>(array: T, length: number): T {
  if (array.length >= length) return array;
  const Type = array.constructor as new (length: number) => T;
  const copy = new Type(Math.max(length, array.length * 2, 1_024));
  copy.set(array);
  return copy;
}
