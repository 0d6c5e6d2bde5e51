import { type Timestamp, timestampNow } from "@bufbuild/protobuf/wkt";
import { timestampText } from "../../json/timestamp.js";

/** A time as the dialect writes it: ISO 8601 in UTC, with microseconds and without a zone. */
export function naiveTime(time: Timestamp): string {
  return timestampText(time).slice(0, -1);
}

/** The same, null for a time that is not set. */
export function naiveTimeOrNull(time: Timestamp | undefined): string | null {
  return time === undefined ? null : naiveTime(time);
}

/** This moment. */
export function naiveNow(): string {
  return naiveTime(timestampNow());
}
