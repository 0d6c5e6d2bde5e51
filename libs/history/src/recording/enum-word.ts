/** The contract's name of an enum's value, as histories write it; empty for 0, which is never said. */
export function enumWord<T extends string>(names: Readonly<Record<number, string>>, value: number): T | "" {
  return value === 0 ? "" : ((names[value] ?? "") as T);
}
