import { type Schedule, Schedule_CatchUp } from "@switchyard/proto/switchyard/scheduler/v1/queue_service_pb";
import { enumName } from "../../input/enum-names.js";
import { payloadText } from "../../output/payload-text.js";
import { type Column, renderFacts } from "../../output/table.js";
import { ageText, timeText } from "../../output/times.js";

/** The columns of `schedules list`. */
export const scheduleColumns: readonly Column<Schedule>[] = [
  { title: "NAME", text: ({ name }) => name },
  { title: "CRON", text: ({ cron }) => cron },
  { title: "ZONE", text: ({ timeZone }) => timeZone || "UTC" },
  { title: "KIND", text: ({ spec }) => spec?.kind ?? "" },
  { title: "NEXT", text: ({ paused, nextTime }) => (paused ? "paused" : timeText(nextTime)) },
  { title: "LAST", text: ({ lastTime }) => ageText(lastTime), right: true },
  { title: "LAST JOB", text: ({ lastJobId }) => lastJobId },
];

/** One schedule. */
export function scheduleText(schedule: Schedule): string {
  const { spec } = schedule;
  return renderFacts([
    ["name", schedule.name],
    ["cron", schedule.cron],
    ["zone", schedule.timeZone || "UTC"],
    ["state", schedule.paused ? "paused" : "running"],
    ["missed ticks", enumName(Schedule_CatchUp, schedule.catchUp || Schedule_CatchUp.LAST)],
    ["kind", spec?.kind],
    ["queue", spec?.queue],
    ["input", payloadText(spec?.input)],
    ["next", timeText(schedule.nextTime)],
    ["last", timeText(schedule.lastTime)],
    ["last job", schedule.lastJobId],
  ]);
}
