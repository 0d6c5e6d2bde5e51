import { durationMs, type Duration, type Timestamp, timestampDate, timestampMs } from "@bufbuild/protobuf/wkt";

/** A span as people say it: `850ms`, `12s`, `3m20s`, `5h04m`, `12d`. */
export function spanText(ms: number): string {
  if (ms < 1_000) return `${Math.max(0, Math.round(ms))}ms`;
  const seconds = Math.round(ms / 1_000);
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)}m${twoDigits(seconds % 60)}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)}h${twoDigits(minutes % 60)}m`;
  return `${Math.floor(minutes / 60 / 24)}d`;
}

/** How long ago a time was; empty for none. */
export function ageText(time: Timestamp | undefined, nowMs = Date.now()): string {
  return time === undefined ? "" : spanText(nowMs - timestampMs(time));
}

/** A time as ISO 8601 in UTC; empty for none. */
export function timeText(time: Timestamp | undefined): string {
  return time === undefined ? "" : timestampDate(time).toISOString();
}

/** A duration of the contract; empty for none. */
export function durationText(duration: Duration | undefined): string {
  return duration === undefined ? "" : spanText(durationMs(duration));
}

/** The time from one moment to another, or to now; empty before the first. */
export function betweenText(from: Timestamp | undefined, to: Timestamp | undefined, nowMs = Date.now()): string {
  if (from === undefined) return "";
  return spanText((to === undefined ? nowMs : timestampMs(to)) - timestampMs(from));
}

function twoDigits(value: number): string {
  return String(value).padStart(2, "0");
}
