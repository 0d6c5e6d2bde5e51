/** Whether a title has one of the terms as words of their own, letter case ignored: a director is no CTO. Without terms, every title fits. */
export function mentionsTerm(title: string, terms: readonly string[]): boolean {
  if (terms.length === 0) return true;
  const words = spaced(title);
  return terms.some((term) => words.includes(spaced(term)));
}

/** Words in lower case with one blank around each; other characters part words. */
function spaced(text: string): string {
  return ` ${text
    .toLowerCase()
    .split(/[^\p{L}\p{N}+#]+/u)
    .filter((word) => word !== "")
    .join(" ")} `;
}
