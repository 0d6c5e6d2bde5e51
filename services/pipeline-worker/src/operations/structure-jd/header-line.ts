const longest = 60;
const shape =
  /^(?:\*\*)?(?:#{1,6}\s*)?(?:\*\*)?(?:\d+[.)]\s*)?(\p{L}[\p{L}\s&/'\u2019-]*)\*{0,2}\s*[:\uFF1A]?\s*\*{0,2}$/u;

/**
 * The words of a header, without marks, numbering and colon; undefined where a line is none. A header is shorter than 60
 * characters and made of letters, spaces and `& / ' -`.
 */
export function headerOf(line: string): string | undefined {
  const trimmed = line.trim();
  return trimmed.length < longest ? shape.exec(trimmed)?.[1]?.trim() : undefined;
}
