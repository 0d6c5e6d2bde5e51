import { type Shard, ShardSchema } from "@switchyard/proto/switchyard/scheduler/v1/shard_service_pb";
import type { Command } from "commander";
import type { Column } from "../../output/table.js";
import type { Cli } from "../../session/cli.js";
import { onRun } from "../../session/on-run.js";
import { addMove } from "./move.js";

/** The columns of `shards list`. */
const shardColumns: readonly Column<Shard>[] = [
  { title: "SHARD", text: ({ number }) => String(number), right: true },
  { title: "OWNER", text: ({ owner }) => owner || "nobody", tone: ({ owner }) => (owner === "" ? "red" : undefined) },
  { title: "ADDRESS", text: ({ address }) => address },
  { title: "EPOCH", text: ({ epoch }) => String(epoch), right: true },
];

/** The commands about shards, and about where namespaces live among them. */
export function addShards(cli: Cli, program: Command): void {
  const shards = program.command("shards").description("Read which replica of the scheduler owns which shard");
  const list = shards.command("list").description("List the shards with their owners");
  onRun(cli, list, async ({ client, print }) => {
    const answer = await client.shards.listShards({});
    await print.rows(ShardSchema, answer.shards, shardColumns);
  });

  addMove(cli, program.command("namespaces").description("Move namespaces between shards"));
}
