/** What values beyond the bound are counted under. */
export const otherValues = "other";

/**
 * Makes a label's values bounded: the first `most` different ones are passed on, all others become `other`. For values that callers choose, such as names of
 * namespaces: each would otherwise be series for ever, in this process and in the monitoring behind it.
 */
export function createBoundedLabel(most: number): (value: string) => string {
  const known = new Set<string>();
  return (value) => {
    if (known.has(value)) return value;
    if (known.size >= most) return otherValues;
    known.add(value);
    return value;
  };
}
