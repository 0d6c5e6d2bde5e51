import { create, fromBinary } from "@bufbuild/protobuf";
import type { Duration, Timestamp } from "@bufbuild/protobuf/wkt";
import { type JobSpec, JobSpecSchema } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";

// Messages that every item of a batch has are written as they are: `create` looks each field up, which costs more than all else.

/** A time of microsecond precision. */
export function timestampFromMicros(micros: number): Timestamp {
  const seconds = Math.floor(micros / 1_000_000);
  const nanos = (micros - seconds * 1_000_000) * 1_000;
  return { $typeName: "google.protobuf.Timestamp", seconds: BigInt(seconds), nanos };
}

/** A time of whole milliseconds. */
export function timestampFromMillis(millis: number): Timestamp {
  return timestampFromMicros(millis * 1_000);
}

/** A span of whole milliseconds that is not negative. */
export function durationFromMillis(millis: number): Duration {
  const seconds = Math.floor(millis / 1_000);
  const nanos = (millis - seconds * 1_000) * 1_000_000;
  return { $typeName: "google.protobuf.Duration", seconds: BigInt(seconds), nanos };
}

/** What a job's creator said beside what decisions need. */
export function extrasOf(extras: Uint8Array | undefined): JobSpec {
  return extras ? fromBinary(JobSpecSchema, extras) : create(JobSpecSchema);
}
