import { create, toBinary } from "@bufbuild/protobuf";
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import type { HandlerContext } from "@connectrpc/connect";
import {
  LogRecordSchema,
  type SealedStream,
  type TailLogResponse,
  TailLogResponseSchema,
} from "@switchyard/proto/switchyard/log/v1/log_service_pb";
import type { Batch } from "../domain/follow/batch.js";
import type { StreamBatch } from "../domain/follow/follower.js";
import { recordsToProto } from "./record-to-proto.js";

/** What a response says beside its records. */
type Rest = Pick<TailLogResponse, "missed"> & { readonly sealed: Pick<SealedStream, "stream" | "length">[] };

/** Batches as they go out; a batch of a stream always goes out in the same bytes. */
const written = new WeakMap<Batch, Uint8Array>();
const recordsField = TailLogResponseSchema.field.records.number;

/**
 * Writes whole batches as a response.
 *
 * To those who take bytes all followers are told the same: a batch is written once, and goes into each response as a field that the library copies without looking at it.
 * That is a tenth of what it costs to make and write its messages for each of a thousand followers.
 */
export function batchesToProto(batches: readonly StreamBatch[], rest: Rest, asBytes: boolean) {
  if (!asBytes) return { ...rest, records: recordsToProto(batches.flatMap(recordsOf)) };
  const response = create(TailLogResponseSchema, rest);
  response.$unknown = batches.map((batch) => ({
    ...{ no: recordsField, wireType: WireType.LengthDelimited },
    data: bytesOf(batch),
  }));
  return response;
}

/** Whether the caller takes messages as bytes, and not as JSON. */
export function isBinary({ requestHeader }: Pick<HandlerContext, "requestHeader">): boolean {
  return !/json/.test(requestHeader.get("content-type") ?? "json");
}

function recordsOf({ attempt, stream, batch }: StreamBatch) {
  return batch.entries().map((entry) => ({ attempt, stream, entry }));
}

/** Records as a row of fields, the first one without its tag: that is written by whoever writes the message. */
function bytesOf(batch: StreamBatch): Uint8Array {
  const known = written.get(batch.batch);
  if (known !== undefined) return known;
  const writer = new BinaryWriter();
  for (const [i, record] of recordsToProto(recordsOf(batch)).entries()) {
    if (i > 0) writer.tag(recordsField, WireType.LengthDelimited);
    writer.bytes(toBinary(LogRecordSchema, record));
  }
  const bytes = writer.finish();
  written.set(batch.batch, bytes);
  return bytes;
}
