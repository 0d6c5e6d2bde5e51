import type { Timestamp } from "@bufbuild/protobuf/wkt";
import { parseTime } from "../../json/date-time.js";

/** A time as the dialect writes it: ISO 8601 in UTC without a zone, with six decimals where the second is not whole. */
export function isoText(time: Timestamp): string {
  const whole = new Date(Number(time.seconds) * 1000).toISOString().slice(0, 19);
  const micros = Math.trunc(time.nanos / 1000);
  return micros === 0 ? whole : `${whole}.${String(micros).padStart(6, "0")}`;
}

/** The same for milliseconds since 1970. */
export function isoTextOfMs(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const nanos = Math.round((ms - seconds * 1000) * 1e6);
  return isoText({ $typeName: "google.protobuf.Timestamp", seconds: BigInt(seconds), nanos });
}

/** Milliseconds since 1970 of a time of the core. */
export function msOf(time: Timestamp): number {
  return Number(time.seconds) * 1000 + time.nanos / 1e6;
}

/** Milliseconds since 1970 of a caller's text, naive or with an offset; undefined for one that is no time. */
export function msOfText(text: string): number | undefined {
  const ms = parseTime(text);
  return Number.isNaN(ms) ? undefined : ms;
}
