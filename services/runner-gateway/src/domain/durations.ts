import type { Duration } from "@bufbuild/protobuf/wkt";

/** Milliseconds of a duration, fractions kept. */
export function durationToMs(duration: Duration): number {
  return Number(duration.seconds) * 1000 + duration.nanos / 1_000_000;
}

/** A duration of so many milliseconds, rounded down; negative spans become zero. */
export function durationFromMs(ms: number): Duration {
  const whole = Math.max(0, Math.floor(ms));
  const nanos = (whole % 1000) * 1_000_000;
  // The message as it is: every lease has some, and `create` costs more than all else here.
  return { $typeName: "google.protobuf.Duration", seconds: BigInt(Math.floor(whole / 1000)), nanos };
}
