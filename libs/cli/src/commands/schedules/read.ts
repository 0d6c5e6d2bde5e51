import { SwitchyardError } from "@switchyard/errors";
import { type Schedule, ScheduleSchema } from "@switchyard/proto/switchyard/scheduler/v1/queue_service_pb";
import type { Command } from "commander";
import { readPages } from "../../input/pages.js";
import type { Cli } from "../../session/cli.js";
import { onRun } from "../../session/on-run.js";
import type { Session } from "../../session/session.js";
import { scheduleColumns, scheduleText } from "./schedule-text.js";

/** `schedules list`, `get` and `delete`. */
export function addReadSchedules(cli: Cli, schedules: Command): void {
  const list = schedules.command("list").description("List the schedules by name");
  onRun(cli, list, async (session) => session.print.rows(ScheduleSchema, await allSchedules(session), scheduleColumns));

  const get = schedules.command("get").argument("<name>", "the schedule").description("Show one schedule");
  onRun<object, [string]>(cli, get, async (session, _, name) => {
    // The contract lists schedules only; a namespace has few.
    const found = (await allSchedules(session)).find((schedule) => schedule.name === name);
    if (found === undefined) throw new SwitchyardError("SCHEDULE_NOT_FOUND", `no schedule ${name}`, { name });
    await session.print.one(ScheduleSchema, found, () => scheduleText(found));
  });

  const remove = schedules
    .command("delete")
    .argument("<name>", "the schedule")
    .description("Delete a schedule; jobs that it submitted stay");
  onRun<object, [string]>(cli, remove, async ({ client, namespace, print }, _, name) => {
    await client.queues.deleteSchedule({ namespace, name });
    await print.note(`schedule ${name} deleted`);
  });
}

async function allSchedules({ client, namespace }: Session): Promise<readonly Schedule[]> {
  const { items } = await readPages(0, async (page) => {
    const { schedules, nextPageToken } = await client.queues.listSchedules({ namespace, ...page });
    return { items: schedules, nextPageToken };
  });
  return items;
}
