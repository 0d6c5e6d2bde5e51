import { create, fromBinary } from "@bufbuild/protobuf";
import { type Timestamp, TimestampSchema } from "@bufbuild/protobuf/wkt";
import { type JobSpec, JobSpecSchema } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";

/** A time of microsecond precision. */
export function timestampFromMicros(micros: number): Timestamp {
  const seconds = Math.floor(micros / 1_000_000);
  return create(TimestampSchema, { seconds: BigInt(seconds), nanos: (micros - seconds * 1_000_000) * 1_000 });
}

/** What a job's creator said beside what decisions need. */
export function extrasOf(extras: Uint8Array | undefined): JobSpec {
  return extras ? fromBinary(JobSpecSchema, extras) : create(JobSpecSchema);
}
