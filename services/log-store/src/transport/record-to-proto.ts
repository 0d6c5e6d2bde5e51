import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { type Timestamp, TimestampSchema } from "@bufbuild/protobuf/wkt";
import { LogEntrySchema } from "@switchyard/proto/switchyard/log/v1/entry_pb";
import {
  type LogRecord as LogRecordMessage,
  LogRecordSchema,
} from "@switchyard/proto/switchyard/log/v1/log_service_pb";
import type { LogRecord, Moment } from "../model/entry.js";

/** Writes records as messages. Lines of one append share their time, so they share its message too. */
export function recordsToProto(records: readonly LogRecord[]): LogRecordMessage[] {
  let lastMoment: Moment | undefined;
  let lastTime: Timestamp | undefined;
  return records.map(({ attempt, stream, entry }) => {
    const { sequence, time, level, type, message, source, fields, data } = entry;
    if (lastTime === undefined || time !== lastMoment) {
      lastMoment = time;
      lastTime = create(TimestampSchema, { seconds: BigInt(time.seconds), nanos: time.nanos });
    }
    const init: MessageInitShape<typeof LogEntrySchema> = {
      sequence: BigInt(sequence),
      time: lastTime,
      level,
      type,
      message,
      source,
    };
    const made = create(LogEntrySchema, init);
    if (fields !== undefined) made.fields = asPlain(fields);
    if (data !== undefined) made.data = asPlain(data);
    return create(LogRecordSchema, { attempt, stream, entry: made });
  });
}

/** Bytes are views into chunks: what goes out must not hold a whole chunk, nor be a Buffer where a plain array is promised. */
function asPlain(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes);
}
