import { create } from "@bufbuild/protobuf";
import { type Duration, DurationSchema, type Timestamp } from "@bufbuild/protobuf/wkt";

/**
 * A time as RFC 3339 in UTC, always with six decimals: the core's creation times are distinct only in microseconds, and
 * texts of one length sort as the times do.
 */
export function timestampText(time: Timestamp): string {
  const whole = new Date(Number(time.seconds) * 1000).toISOString().slice(0, 19);
  return `${whole}.${String(Math.trunc(time.nanos / 1000)).padStart(6, "0")}Z`;
}

/** The same, null for a time that is not set. */
export function timestampTextOrNull(time: Timestamp | undefined): string | null {
  return time === undefined ? null : timestampText(time);
}

/** A number that sorts as the times do: microseconds since 1970, exact until the year 2255. */
export function timestampMicros(time: Timestamp): number {
  return Number(time.seconds) * 1_000_000 + Math.trunc(time.nanos / 1000);
}

/** A span of seconds, fractions included. */
export function durationFromSeconds(seconds: number): Duration {
  const whole = Math.trunc(seconds);
  return create(DurationSchema, { seconds: BigInt(whole), nanos: Math.round((seconds - whole) * 1e9) });
}

/** The seconds of a span; undefined stays undefined. */
export function durationSeconds(duration: Duration | undefined): number | undefined {
  return duration === undefined ? undefined : Number(duration.seconds) + duration.nanos / 1e9;
}
