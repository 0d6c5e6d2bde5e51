import type { Timestamp } from "@bufbuild/protobuf/wkt";
import type { Moment } from "../model/entry.js";
import { invalid } from "./check.js";

// The range of google.protobuf.Timestamp: years 1 to 9999.
const MIN_SECONDS = -62_135_596_800n;
const MAX_SECONDS = 253_402_300_799n;

/** Reads a time. */
export function momentOf(field: string, time: Timestamp): Moment {
  const { seconds, nanos } = time;
  if (seconds < MIN_SECONDS || seconds > MAX_SECONDS || nanos < 0 || nanos > 999_999_999) {
    throw invalid(field, "is not a time between the years 1 and 9999");
  }
  return { seconds: Number(seconds), nanos };
}
