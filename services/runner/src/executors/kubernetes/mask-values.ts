const mark = "[masked]";
/** A shorter value would be found in words that are no secrets. */
const shortestValue = 6;

/**
 * Makes what blackens secret values in a text. Texts come line by line, so each line of a value is looked for; one of less than 6
 * characters is not.
 */
export function createValueMask(values: readonly string[]): (text: string) => string {
  const known = values.flatMap((value) => value.split(/\r?\n/)).filter((line) => line.length >= shortestValue);
  // A value that another one begins with comes later, or it would leave the rest of the longer one behind.
  known.sort((a, b) => b.length - a.length);
  return (text) => known.reduce((masked, value) => masked.replaceAll(value, mark), text);
}
