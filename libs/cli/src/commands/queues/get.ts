import {
  type GetQueueResponse,
  GetQueueResponseSchema,
} from "@switchyard/proto/switchyard/scheduler/v1/queue_service_pb";
import { type Command, Option } from "commander";
import { wholeNumber } from "../../input/values.js";
import { renderTable } from "../../output/table.js";
import type { Cli } from "../../session/cli.js";
import { onRun } from "../../session/on-run.js";
import { jobColumns } from "../jobs/job-text.js";
import { queueText } from "./queue-text.js";

interface GetQueueOptions {
  readonly head: number;
  readonly running: number;
  readonly deadLetters: number;
}

/** `queues get`: one queue, its head, and what runs. */
export function addGetQueue(cli: Cli, queues: Command): void {
  const command = queues
    .command("get")
    .argument("<queue>", "the queue")
    .description("Show one queue with the jobs at its head")
    .addOption(new Option("--head <n>", "waiting jobs to show").default(5).argParser(wholeNumber(0, 100)))
    .addOption(new Option("--running <n>", "running jobs to show").default(5).argParser(wholeNumber(0, 1_000)))
    .addOption(new Option("--dead-letters <n>", "dead letters to show").default(0).argParser(wholeNumber(0, 100)));
  onRun<GetQueueOptions, [string]>(cli, command, async ({ client, namespace, print }, options, name) => {
    const { head, running, deadLetters } = options;
    const answer = await client.queues.getQueue({ namespace, name, head, running, deadLetters });
    await print.one(GetQueueResponseSchema, answer, () => queueAndJobsText(answer, print.colors));
  });
}

function queueAndJobsText({ queue, head, running, deadLetters }: GetQueueResponse, colors: boolean): string {
  const lists = [
    ["at its head", head],
    ["running", running],
    ["dead letters", deadLetters],
  ] as const;
  const tables = lists
    .filter(([, jobs]) => jobs.length > 0)
    .map(([title, jobs]) => `\n${title}:\n${renderTable(jobColumns, jobs, colors)}`);
  return `${queue === undefined ? "" : queueText(queue)}${tables.join("")}`;
}
