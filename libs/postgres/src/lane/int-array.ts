const typeOids = { int: 23, bigint: 20 } as const;
const headerBytes = 20;

/**
 * Integers as one parameter of type `int[]` or `bigint[]`, in PostgreSQL's binary form, which the driver passes on as it is: nothing is printed, escaped or parsed,
 * and no text of each number is left to the garbage collector. The statement must cast the parameter to the same type, since the server compares.
 *
 * Form: number of dimensions, whether there are nulls, type of the elements; of the dimension length and first index; then each element, its length first (-1 for NULL). All big-endian
 * (`array_recv` of PostgreSQL).
 *
 * @throws RangeError when a value is no integer, or does not fit: 32 bits for `int`, JavaScript's safe integers for `bigint`
 */
export function intArray(type: "int" | "bigint", values: readonly (number | null)[]): Buffer {
  const size = type === "int" ? 4 : 8;
  const bytes = Buffer.allocUnsafe(headerBytes + values.length * (4 + size));
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let end = headerBytes;
  let nulls = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number | null;
    if (value === null) {
      nulls = 1;
      view.setInt32(end, -1);
      end += 4;
      continue;
    }
    view.setInt32(end, size);
    if (size === 4) {
      if ((value | 0) !== value) throw new RangeError(`${value} is not an integer of 32 bits`);
      view.setInt32(end + 4, value);
    } else {
      if (!Number.isSafeInteger(value)) throw new RangeError(`${value} is not an integer`);
      view.setInt32(end + 4, Math.floor(value / 2 ** 32));
      view.setUint32(end + 8, value >>> 0);
    }
    end += 4 + size;
  }
  view.setInt32(0, values.length === 0 ? 0 : 1);
  view.setInt32(4, nulls);
  view.setInt32(8, typeOids[type]);
  view.setInt32(12, values.length);
  view.setInt32(16, 1);
  return bytes.subarray(0, values.length === 0 ? 12 : end);
}
