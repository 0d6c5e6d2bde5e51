import { InvalidArgumentError } from "commander";

/** Reads whole numbers of a range. */
export function wholeNumber(min: number, max: number): (value: string) => number {
  return (value) => {
    const number = Number(value);
    if (/^-?\d+$/.test(value) && number >= min && number <= max) return number;
    throw new InvalidArgumentError(`Expected a whole number from ${min} to ${max}.`);
  };
}

/** Reads any finite number. */
export function anyNumber(value: string): number {
  const number = Number(value);
  if (value.trim() !== "" && Number.isFinite(number)) return number;
  throw new InvalidArgumentError("Expected a number.");
}

/** Reads a sequence number. */
export function sequenceNumber(value: string): bigint {
  if (/^\d{1,18}$/.test(value)) return BigInt(value);
  throw new InvalidArgumentError("Expected a sequence number, 0 or more.");
}

/** Gathers an option that may be given several times, or with commas. */
export function listOf(value: string, previous: readonly string[] = []): readonly string[] {
  const items = value.split(",").map((item) => item.trim());
  return [...previous, ...items.filter((item) => item !== "")];
}

/** Gathers an option that may be given several times, taking each text as it is. */
export function repeated(value: string, previous: readonly string[] = []): readonly string[] {
  return [...previous, value];
}

/** Gathers `key=value` pairs. The value may hold further equals signs, and may be empty. */
export function pairs(
  value: string,
  previous: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  const at = value.indexOf("=");
  if (at < 1) throw new InvalidArgumentError("Expected key=value.");
  return { ...previous, [value.slice(0, at)]: value.slice(at + 1) };
}
