/** Selects kinds: by equality, or by a glob over the whole kind. */
export type KindSelector = { readonly exact: string } | { readonly glob: string };

/**
 * Compiles selectors to one test. In a glob `*` is any run of characters (also none), `?` exactly one, everything else stands for itself;
 * letter case counts. No selector selects nothing.
 */
export function compileKindSelectors(selectors: readonly KindSelector[]): (kind: string) => boolean {
  const exact = new Set<string>();
  const globs: string[] = [];
  for (const selector of selectors) {
    if ("exact" in selector) exact.add(selector.exact);
    else if (/[*?]/.test(selector.glob)) globs.push(selector.glob);
    else exact.add(selector.glob);
  }
  return (kind) => exact.has(kind) || globs.some((glob) => matchesGlob(glob, kind));
}

/**
 * Whether a glob fits the whole text, in time O(glob x text) whatever the glob: a hostile `*a*a*a*...` stays harmless,
 * where a regular expression made from it would not.
 */
export function matchesGlob(glob: string, text: string): boolean {
  const pattern = [...glob];
  const letters = [...text];
  let p = 0;
  let t = 0;
  let star = -1;
  let resume = 0;
  while (t < letters.length) {
    if (p < pattern.length && (pattern[p] === "?" || (pattern[p] === letters[t] && pattern[p] !== "*"))) {
      p++;
      t++;
    } else if (pattern[p] === "*") {
      star = p++;
      resume = t;
    } else if (star >= 0) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (pattern[p] === "*") p++;
  return p === pattern.length;
}
