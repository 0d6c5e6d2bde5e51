const mark = "[masked]";

/** A shorter text would be found in words that are no secrets. */
const shortestSecret = 6;

/** What gives a secret away by its looks: bearer tokens, keys of well-known services, passwords in URLs, named values. */
const looks: readonly (readonly [RegExp, string])[] = [
  [/\b(Bearer|Basic)\s+[\w.~+/=-]{8,}/gi, `$1 ${mark}`],
  [/\b(?:sk|fc|ghp|gho|xox[abp])[-_][\w-]{12,}/g, mark],
  [/(\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@]*:)[^\s@/]+(?=@)/gi, `$1${mark}`],
  [
    /\b((?:api[-_]?key|access[-_]?token|auth[-_]?token|client[-_]?secret|password|passwd)["']?\s*[:=]\s*["']?)[^\s"',;&]+/gi,
    `$1${mark}`,
  ],
];

/** Makes what blackens secrets in a text: the given ones, and what looks like one. */
export function createMask(secrets: readonly (string | undefined)[]): (text: string) => string {
  const known = secrets.filter((secret) => secret !== undefined && secret.length >= shortestSecret) as string[];
  // A secret that another one begins with comes later, or it would leave the rest of the longer one behind.
  known.sort((a, b) => b.length - a.length);
  return (text) => {
    let masked = text;
    for (const secret of known) masked = masked.replaceAll(secret, mark);
    for (const [pattern, replacement] of looks) masked = masked.replace(pattern, replacement);
    return masked;
  };
}
