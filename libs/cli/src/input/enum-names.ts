import { InvalidArgumentError } from "commander";
import { listOf } from "./values.js";

/** An enum of the contracts as TypeScript has it: names to numbers and back. */
export type ProtoEnum = Readonly<Record<string, string | number>>;

/** The names of an enum as people type and read them: `timed-out` for `TIMED_OUT`. Without the value that is never sent. */
export function enumNames(type: ProtoEnum): readonly string[] {
  return Object.values(type)
    .filter((value): value is number => typeof value === "number" && value !== 0)
    .map((value) => enumName(type, value));
}

/** The name of one value; its number when this version doesn't know it. */
export function enumName(type: ProtoEnum, value: number): string {
  return String(type[value] ?? value)
    .toLowerCase()
    .replaceAll("_", "-");
}

/** Reads one name. */
export function enumValue(type: ProtoEnum): (value: string) => number {
  return (value) => {
    const number = type[value.toUpperCase().replaceAll("-", "_")];
    if (typeof number === "number" && number !== 0) return number;
    throw new InvalidArgumentError(`Expected one of ${enumNames(type).join(", ")}.`);
  };
}

/** Gathers names that are given several times or with commas. */
export function enumValues(type: ProtoEnum): (value: string, previous?: readonly number[]) => readonly number[] {
  const read = enumValue(type);
  return (value, previous = []) => [...previous, ...listOf(value).map(read)];
}
