import { create } from "@bufbuild/protobuf";
import {
  type ListSchedulesRequest,
  type ListSchedulesResponse,
  ListSchedulesResponseSchema,
} from "@switchyard/proto/switchyard/scheduler/v1/queue_service_pb";
import type { Directory } from "../domain/directory.js";
import type { ScheduleDuty } from "../domain/schedules/schedule-duty.js";
import { pageSizeField } from "./fields.js";
import { decodeNameToken, encodeNameToken } from "./name-token.js";
import { scheduleToProto } from "./schedule-to-proto.js";

/** A page ends after about this many bytes of specs, so that it fits in a message. */
const maxPageBytes = 2 * 1_024 * 1_024;

/** Lists schedules by name, from memory. */
export async function listSchedules(
  directory: Directory,
  duty: ScheduleDuty,
  { namespace, pageSize, pageToken }: ListSchedulesRequest,
): Promise<ListSchedulesResponse> {
  const most = pageSizeField(pageSize, 100, 1_000);
  const query = JSON.stringify(["schedules", namespace]);
  const after = decodeNameToken(query, pageToken);
  const place = await directory.find(namespace);
  if (!place) return create(ListSchedulesResponseSchema);
  const schedules = duty.of(place.term);
  const rest = schedules.list(place.space).filter(({ name }) => after === undefined || name > after);
  let bytes = 0;
  const fits = rest.findIndex(({ definition }, i) => {
    bytes += 500 + definition.spec.byteLength;
    return i === most || (i > 0 && bytes > maxPageBytes);
  });
  const page = fits < 0 ? rest : rest.slice(0, fits);
  return create(ListSchedulesResponseSchema, {
    schedules: page.map((schedule) => scheduleToProto(schedule, schedules.nextTick(schedule), place.ids)),
    nextPageToken: page.length < rest.length ? encodeNameToken(query, page.at(-1)?.name ?? "") : "",
  });
}
