import { create } from "@bufbuild/protobuf";
import {
  type DeleteScheduleRequest,
  type DeleteScheduleResponse,
  DeleteScheduleResponseSchema,
} from "@switchyard/proto/switchyard/scheduler/v1/queue_service_pb";
import type { Directory } from "../domain/directory.js";
import { scheduleNotFound } from "../domain/schedules/schedule.js";
import type { ScheduleDuty } from "../domain/schedules/schedule-duty.js";
import { checkName } from "./fields.js";

/** Deletes a schedule; its jobs stay. */
export async function deleteSchedule(
  directory: Directory,
  duty: ScheduleDuty,
  { namespace, name }: DeleteScheduleRequest,
): Promise<DeleteScheduleResponse> {
  checkName("name", name, 1, 128);
  const place = await directory.find(namespace);
  if (!place) throw scheduleNotFound(name);
  await duty.of(place.term).delete(place.space, name);
  return create(DeleteScheduleResponseSchema);
}
