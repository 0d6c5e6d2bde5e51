import { create } from "@bufbuild/protobuf";
import {
  type CreateScheduleRequest,
  type CreateScheduleResponse,
  CreateScheduleResponseSchema,
  Schedule_CatchUp,
} from "@switchyard/proto/switchyard/scheduler/v1/queue_service_pb";
import type { Directory } from "../domain/directory.js";
import type { CatchUp } from "../domain/schedules/due-ticks.js";
import type { ScheduleDuty } from "../domain/schedules/schedule-duty.js";
import { createTimetable } from "../domain/schedules/timetable.js";
import { checkName, invalid } from "./fields.js";
import { encodeSpec } from "./schedule-spec.js";
import { scheduleToProto } from "./schedule-to-proto.js";
import type { SpecLimits } from "./spec-from-proto.js";

const catchUps: Readonly<Record<Schedule_CatchUp, CatchUp>> = {
  [Schedule_CatchUp.UNSPECIFIED]: "LAST",
  [Schedule_CatchUp.NONE]: "NONE",
  [Schedule_CatchUp.LAST]: "LAST",
  [Schedule_CatchUp.ALL]: "ALL",
};

/** Creates or replaces a schedule: checks everything, then stores it. */
export async function createSchedule(
  directory: Directory,
  duty: ScheduleDuty,
  { schedule, replace }: CreateScheduleRequest,
  limits: SpecLimits,
): Promise<CreateScheduleResponse> {
  if (!schedule) throw invalid("schedule", "is missing");
  const name = checkName("schedule.name", schedule.name, 1, 128);
  const cron = checkName("schedule.cron", schedule.cron, 1, 255);
  const timeZone = checkName("schedule.time_zone", schedule.timeZone, 0, 64);
  createTimetable(cron, timeZone);
  const catchUp = catchUps[schedule.catchUp];
  if (!catchUp) throw invalid("schedule.catch_up", `${schedule.catchUp} is not a policy`);
  const spec = encodeSpec(schedule.spec, name, {
    ids: directory.ids(schedule.namespace),
    limits,
    now: directory.now(),
  });
  const { term, space, ids } = await directory.open(schedule.namespace);
  const schedules = duty.of(term);
  const definition = { cron, timeZone, catchUp, paused: schedule.paused, spec };
  const stored = await schedules.put(space, name, definition, replace);
  return create(CreateScheduleResponseSchema, { schedule: scheduleToProto(stored, schedules.nextTick(stored), ids) });
}
