import { QueueSchema } from "@switchyard/proto/switchyard/scheduler/v1/queue_service_pb";
import type { Command } from "commander";
import { readPages } from "../../input/pages.js";
import type { Cli } from "../../session/cli.js";
import { onRun } from "../../session/on-run.js";
import { queueColumns } from "./queue-text.js";

/** `queues list`. */
export function addListQueues(cli: Cli, queues: Command): void {
  const command = queues.command("list").description("List the queues with their counts");
  onRun(cli, command, async ({ client, namespace, print }) => {
    const { items } = await readPages(0, async (page) => {
      const { queues, nextPageToken } = await client.queues.listQueues({ namespace, ...page });
      return { items: queues, nextPageToken };
    });
    await print.rows(QueueSchema, items, queueColumns);
  });
}
