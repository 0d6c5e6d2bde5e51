/** Bytes of bodies that one answer carries at most, so that it stays below 4 MiB with what stands around them. */
export const maxAnswerBytes = 4 * 1024 * 1024 - 256 * 1024;

/** How many items from the beginning of a list fit into one answer; at least one, since a body alone always fits. */
export function countThatFits(items: readonly { readonly bodyBytes: number }[]): number {
  let bytes = 0;
  for (const [index, item] of items.entries()) {
    bytes += item.bodyBytes;
    if (bytes > maxAnswerBytes && index > 0) return index;
  }
  return items.length;
}
