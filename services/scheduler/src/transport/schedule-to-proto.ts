import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import {
  type Schedule as ScheduleProto,
  Schedule_CatchUp,
  ScheduleSchema,
} from "@switchyard/proto/switchyard/scheduler/v1/queue_service_pb";
import type { Schedule } from "../domain/schedules/schedule.js";
import type { JobIdCodec } from "../ids/job-id.js";
import { decodeSpec } from "./schedule-spec.js";

/** Shows a schedule; `nextTick` in ms. */
export function scheduleToProto(schedule: Schedule, nextTick: number | undefined, ids: JobIdCodec): ScheduleProto {
  const { space, name, definition, stored } = schedule;
  const { cron, timeZone, catchUp, paused, spec } = definition;
  return create(ScheduleSchema, {
    namespace: space.name,
    name,
    cron,
    timeZone,
    spec: decodeSpec(spec),
    catchUp: Schedule_CatchUp[catchUp],
    paused,
    ...(nextTick !== undefined && { nextTime: timestampFromMs(nextTick) }),
    ...(stored.lastTick > 0 && {
      lastTime: timestampFromMs(stored.lastTick),
      lastJobId: ids.encode({ serial: stored.lastSerial, reopen: 0, attempt: 0 }),
    }),
  });
}
