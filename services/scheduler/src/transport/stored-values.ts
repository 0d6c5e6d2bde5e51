import { create, fromBinary } from "@bufbuild/protobuf";
import type { Duration, Timestamp } from "@bufbuild/protobuf/wkt";
import { type JobSpec, JobSpecSchema } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import type { JobBody } from "../domain/core/writes.js";

/** A time of microsecond precision. A literal, since there is one in every answer about a job. */
export function timestampFromMicros(micros: number): Timestamp {
  const seconds = Math.floor(micros / 1_000_000);
  return {
    $typeName: "google.protobuf.Timestamp",
    seconds: BigInt(seconds),
    nanos: (micros - seconds * 1_000_000) * 1_000,
  };
}

/** A time in whole milliseconds. */
export function timestampOf(ms: number): Timestamp {
  const seconds = Math.floor(ms / 1_000);
  return {
    $typeName: "google.protobuf.Timestamp",
    seconds: BigInt(seconds),
    nanos: Math.floor(ms - seconds * 1_000) * 1_000_000,
  };
}

/** A span in whole milliseconds, 0 or more. */
export function durationOf(ms: number): Duration {
  const seconds = Math.floor(ms / 1_000);
  return {
    $typeName: "google.protobuf.Duration",
    seconds: BigInt(seconds),
    nanos: Math.floor(ms - seconds * 1_000) * 1_000_000,
  };
}

/** What a job's creator said beside what decisions need, with the labels and secret names of a later submit that replaced its content. */
export function extrasOf({ extras, replaced }: Pick<JobBody, "extras" | "replaced">): JobSpec {
  const spec = decode(extras);
  if (!replaced) return spec;
  const { labels, secretNames } = decode(replaced.extras);
  return Object.assign(spec, { labels, secretNames });
}

function decode(extras: Uint8Array | undefined): JobSpec {
  return extras ? fromBinary(JobSpecSchema, extras) : create(JobSpecSchema);
}
