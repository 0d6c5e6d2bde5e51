import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { type QueuePlace, QueuePlaceSchema } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import type { OpenJob } from "../domain/core/model.js";
import { placeOf } from "../domain/core/position.js";

/** Shows the place of an open job. The wait is not estimated here: that needs the durations of its kind. */
export function placeToProto(
  job: OpenJob,
  includeRunning: boolean,
  more: MessageInitShape<typeof QueuePlaceSchema> = {},
): QueuePlace {
  const { position, weightAhead } = placeOf(job, includeRunning);
  return create(QueuePlaceSchema, { ...more, position: BigInt(position), weightAhead });
}
