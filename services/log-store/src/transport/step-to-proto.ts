import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { type TailLogResponse, TailLogResponseSchema } from "@switchyard/proto/switchyard/log/v1/log_service_pb";
import { shareMessage } from "@switchyard/rpc";
import type { Batch } from "../domain/follow/batch.js";
import type { FollowStep, StreamBatch } from "../domain/follow/follower.js";
import { recordsToProto } from "./record-to-proto.js";

/** A batch is told everybody in the same message. */
const told = new WeakMap<Batch, TailLogResponse>();

/** Writes a step as messages; batches that many followers are told are made, and written, once. */
export function* stepToProto({
  records,
  batches = [],
  missed,
  sealed,
}: FollowStep): Generator<MessageInitShape<typeof TailLogResponseSchema>> {
  const ends = sealed.map(({ stream, length }) => ({ stream, length: BigInt(length) }));
  if (batches.length === 0) yield { records: recordsToProto(records), missed: BigInt(missed), sealed: ends };
  else {
    if (missed > 0) yield { missed: BigInt(missed) };
    for (const batch of batches) yield messageOf(batch);
    if (ends.length > 0) yield { sealed: ends };
  }
}

function messageOf({ attempt, stream, batch }: StreamBatch): TailLogResponse {
  const known = told.get(batch);
  if (known !== undefined) return known;
  const records = recordsToProto(batch.entries().map((entry) => ({ attempt, stream, entry })));
  const message = shareMessage(create(TailLogResponseSchema, { records }));
  told.set(batch, message);
  return message;
}
