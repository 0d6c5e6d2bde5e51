import type { Duration } from "@bufbuild/protobuf/wkt";
import { durationFromMs } from "@bufbuild/protobuf/wkt";
import { InvalidArgumentError } from "commander";

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * Reads a duration of one number and its unit: `250ms`, `30s`, `5m`, `2h`, `7d`. A number alone is refused, since people mean seconds
 * and programs milliseconds.
 *
 * @returns milliseconds
 * @throws InvalidArgumentError
 */
export function parseDurationMs(value: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(value);
  if (match === null) throw new InvalidArgumentError("Expected a duration such as 250ms, 30s, 5m, 2h or 7d.");
  return Math.round(Number(match[1]) * (units[match[2] as string] as number));
}

/** The same as a message of the contract. */
export function parseDuration(value: string): Duration {
  return durationFromMs(parseDurationMs(value));
}
