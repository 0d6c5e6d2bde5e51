/**
 * Writes integers as an array literal (`{1,2,NULL}`), for arrays inside of arrays and where the type is not known; otherwise `intArray` is
 * cheaper. Only for numbers: nothing is escaped.
 * @throws RangeError when a value is not a safe integer.
 */
export function intArrayLiteral(values: readonly (number | null)[]): string {
  let text = "{";
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (i > 0) text += ",";
    if (value === null || value === undefined) text += "NULL";
    else if (Number.isSafeInteger(value)) text += value;
    else throw new RangeError(`${value} is not an integer`);
  }
  return `${text}}`;
}
