import pg from "pg";

/** OIDs of `text[]` and `int8[]`, which `pg` has no names for. */
const TEXT_ARRAY = 1009;
const INT8_ARRAY = 1016;

/**
 * How column values become JavaScript values on every connection of this library.
 *
 * `int8` becomes a number, since ids stay below 2^53; a value outside the safe range throws a `RangeError` instead of being
 * rounded. The same holds for `int8[]`. Everything else is the driver's default: `numeric` (also what `sum(bigint)`
 * returns: cast it) is a string, `timestamptz` a `Date` of millisecond precision, `bytea` a `Buffer`.
 *
 * Kept per connection, so that other users of `pg` in the process are not affected.
 */
export const pgTypes: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: "text" | "binary") => {
    if (format !== "binary") {
      if (oid === pg.types.builtins.INT8) return toSafeInteger;
      if (oid === INT8_ARRAY) return toSafeIntegers;
    }
    return pg.types.getTypeParser(oid, format as "text");
  }) as pg.CustomTypesConfig["getTypeParser"],
};

function toSafeInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`bigint ${text} does not fit in a JavaScript number`);
  return value;
}

type NestedText = (string | null | NestedText)[];
type NestedNumbers = (number | null | NestedNumbers)[];

const parseTextArray = pg.types.getTypeParser(TEXT_ARRAY as number, "text") as unknown as (text: string) => NestedText;

function toSafeIntegers(text: string): NestedNumbers {
  const convert = (items: NestedText): NestedNumbers =>
    items.map((item) => (Array.isArray(item) ? convert(item) : item === null ? null : toSafeInteger(item)));
  return convert(parseTextArray(text));
}
