import { type Queue, QueueSchema } from "@switchyard/proto/switchyard/scheduler/v1/queue_service_pb";
import type { Command } from "commander";
import type { Cli } from "../../session/cli.js";
import { onRun } from "../../session/on-run.js";
import type { Session } from "../../session/session.js";
import { queueText } from "./queue-text.js";

type Call = (session: Session, name: string) => Promise<{ readonly queue?: Queue | undefined }>;

/** `queues pause` and `queues resume`. */
export function addPauseAndResume(cli: Cli, queues: Command): void {
  const add = (verb: string, description: string, call: Call) => {
    const command = queues.command(verb).argument("<queue>", "the queue").description(description);
    onRun<object, [string]>(cli, command, async (session, _, name) => {
      const { queue } = await call(session, name);
      if (queue !== undefined) await session.print.one(QueueSchema, queue, () => queueText(queue));
    });
  };
  add("pause", "Let no runner claim from a queue; running jobs go on", ({ client, namespace, actor }, name) =>
    client.queues.pauseQueue({ namespace, name, actor }),
  );
  add("resume", "Let runners claim from a queue again", ({ client, namespace, actor }, name) =>
    client.queues.resumeQueue({ namespace, name, actor }),
  );
}
