import {
  type MoveNamespaceResponse,
  MoveNamespaceResponse_Phase,
  MoveNamespaceResponseSchema,
} from "@switchyard/proto/switchyard/scheduler/v1/shard_service_pb";
import { type Command, Option } from "commander";
import { exitCodes } from "../../exit-codes.js";
import { enumName } from "../../input/enum-names.js";
import { wholeNumber } from "../../input/values.js";
import { messageJson } from "../../output/printer.js";
import type { Cli } from "../../session/cli.js";
import { onRun } from "../../session/on-run.js";

interface MoveOptions {
  readonly shard: number;
}

/** `namespaces move`: tells the steps as they come, with no limit of time: a move takes as long as its history is large. */
export function addMove(cli: Cli, namespaces: Command): void {
  const command = namespaces
    .command("move")
    .argument("<namespace>", "the namespace")
    .description("Move a namespace to another shard while it is in use; what broke off goes on when it is repeated")
    .addOption(
      new Option("--shard <n>", "the shard to move it to, as shards list says")
        .argParser(wholeNumber(0, 2 ** 31 - 1))
        .makeOptionMandatory(),
    );
  onRun<MoveOptions, [string]>(cli, command, async ({ client, print, io }, { shard }, namespace) => {
    try {
      for await (const step of client.shards.moveNamespace({ namespace, shard }, { signal: io.interrupted })) {
        if (print.format === "json") await print.jsonLine(messageJson(MoveNamespaceResponseSchema, step));
        else await print.text(`${stepText(step)}\n`);
      }
    } catch (error) {
      if (!io.interrupted.aborted) throw error;
      await print.note("the move may be half done; the same command goes on with it");
      return exitCodes.cancelled;
    }
    return undefined;
  });
}

/** One step of a move, with the rows that were copied so far. */
export function stepText({ phase, rows }: Pick<MoveNamespaceResponse, "phase" | "rows">): string {
  const name = enumName(MoveNamespaceResponse_Phase, phase);
  return rows > 0n ? `${name} (${rows} rows copied)` : name;
}
