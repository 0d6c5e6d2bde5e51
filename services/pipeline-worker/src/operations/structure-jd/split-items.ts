const bullet = /^\s*[-*\u2022\u25E6\u25AA]\s*(.+)$/;
const numbered = /^\s*\d+[.)]\s*(.+)$/;
const shortest = 10;

/** The single points of a section: its bullet lines, else its numbered lines, else its lines of more than 10 characters. */
export function splitItems(content: string): readonly string[] {
  const lines = content.split("\n");
  for (const pattern of [bullet, numbered]) {
    const items = lines.map((line) => pattern.exec(line.trimEnd())?.[1]?.trim() ?? "").filter((item) => item !== "");
    if (items.length > 0) return items;
  }
  return lines.map((line) => line.trim()).filter((line) => line.length > shortest);
}
