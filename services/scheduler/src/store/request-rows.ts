/** The serials of a call as they are stored: of a dense run of three or more only the ends. */
export function packSerials(serials: readonly number[]): number[] {
  const first = serials[0] as number;
  if (serials.length < 3 || !serials.every((serial, i) => serial === first + i)) return [...serials];
  return [first, first + serials.length - 1];
}

/** Reads what {@link packSerials} wrote; `n` is the number of items. */
export function unpackSerials(stored: readonly number[], n: number): number[] {
  if (stored.length === n) return [...stored];
  return Array.from({ length: n }, (_, i) => (stored[0] as number) + i);
}
