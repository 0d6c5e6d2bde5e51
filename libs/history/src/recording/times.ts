import type { Duration, Timestamp } from "@bufbuild/protobuf/wkt";

/** A point in time in ms, fractions kept. */
export function msOf({ seconds, nanos }: Timestamp): number {
  return Number(seconds) * 1_000 + nanos / 1e6;
}

/** A time span in ms, fractions kept. */
export function spanOf({ seconds, nanos }: Duration): number {
  return Number(seconds) * 1_000 + nanos / 1e6;
}
