const rfc3339 = /^(\d{4})-(\d{2})-(\d{2})[Tt ](\d{2}):(\d{2}):(\d{2})(?:\.(\d+))?(?:[Zz]|([+-])(\d{2}):(\d{2}))$/;

/**
 * Reads a time in RFC 3339 into its canonical text: UTC with six decimals, `2026-01-14T10:00:00.123456Z`. Canonical texts
 * compare as their times do. Decimals beyond the sixth are cut, as PostgreSQL keeps none.
 *
 * @returns undefined when the text is no time from the year 1 to 9999
 */
export function parseTime(text: string): string | undefined {
  const match = rfc3339.exec(text);
  if (match === null) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  // 60 is a leap second; Date counts it as the first second of the next minute.
  if (hour > 23 || minute > 59 || second > 60) return undefined;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  // Date rolls 31 April over into May.
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
  const [offsetHours, offsetMinutes] = [Number(match[9] ?? 0), Number(match[10] ?? 0)];
  if (offsetHours > 23 || offsetMinutes > 59) return undefined;
  const sign = match[8] === "-" ? 1 : -1;
  date.setUTCHours(hour + sign * offsetHours, minute + sign * offsetMinutes, second);
  if (date.getUTCFullYear() < 1 || date.getUTCFullYear() > 9999) return undefined;
  return canonical(date, (match[7] ?? "").slice(0, 6).padEnd(6, "0"));
}

/** The canonical text of a time in whole seconds and nanoseconds since 1970, or undefined outside the years 1 to 9999. */
export function timeFromParts(seconds: bigint, nanos: number): string | undefined {
  const date = new Date(Number(seconds) * 1000);
  if (Number.isNaN(date.getTime()) || date.getUTCFullYear() < 1 || date.getUTCFullYear() > 9999) return undefined;
  if (nanos < 0 || nanos > 999_999_999) return undefined;
  return canonical(date, String(Math.floor(nanos / 1000)).padStart(6, "0"));
}

/** Whole seconds and nanoseconds since 1970 of a canonical text. */
export function timeToParts(text: string): { readonly seconds: bigint; readonly nanos: number } {
  const seconds = Date.parse(`${text.slice(0, 19)}Z`) / 1000;
  return { seconds: BigInt(seconds), nanos: Number(text.slice(20, 26)) * 1000 };
}

/** A canonical text without needless zeros, as answers show it: `2026-01-14T10:00:00Z`. */
export function shortTime(text: string): string {
  return text.replace(/\.?0*Z$/, "Z");
}

function canonical(date: Date, micros: string): string {
  return `${date.toISOString().slice(0, 19)}.${micros}Z`;
}
