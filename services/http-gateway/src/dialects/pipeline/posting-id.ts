/** Tells whether a text has the form of a posting's id. */
export function isPostingId(text: string): boolean {
  return /^[0-9a-f]{24}$/i.test(text);
}
