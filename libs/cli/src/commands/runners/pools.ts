import type { Duration } from "@bufbuild/protobuf/wkt";
import {
  type Pool,
  PoolSchema,
  ScalePoolResponseSchema,
} from "@switchyard/proto/switchyard/runner/v1/fleet_service_pb";
import { type Command, Option } from "commander";
import { parseDuration } from "../../input/durations.js";
import { wholeNumber } from "../../input/values.js";
import { renderFacts, renderTable } from "../../output/table.js";
import type { Cli } from "../../session/cli.js";
import { onRun } from "../../session/on-run.js";
import { UsageError } from "../../usage-error.js";
import { runnerColumns } from "./runner-text.js";

interface ScaleOptions {
  readonly start?: boolean;
  readonly stop?: boolean;
  readonly wait?: Duration;
}

/** `pools get` and `pools scale`. */
export function addPools(cli: Cli, program: Command): void {
  const pools = program.command("pools").description("Read and size the namespace's managed pool of runners");
  const get = pools.command("get").description("Show the pool and its runners");
  onRun(cli, get, async ({ client, namespace, print }) => {
    const { pool } = await client.fleet.getPool({ namespace });
    if (pool !== undefined) await print.one(PoolSchema, pool, () => poolText(pool, print.colors));
  });

  const scale = pools
    .command("scale")
    .argument("[size]", "runners that the pool shall have, 0 to 50; without it the size stays", wholeNumber(0, 50))
    .description("Size, start or stop the pool")
    .option("--start", "start it with the size that it had")
    .option("--stop", "stop it; its size is remembered")
    .addOption(new Option("--wait <duration>", "how long to wait until it is so").argParser(parseDuration));
  onRun<ScaleOptions, [number | undefined]>(cli, scale, async ({ client, namespace, print }, options, size) => {
    const answer = await client.fleet.scalePool({ namespace, ...scaleRequest(size, options) });
    await print.one(ScalePoolResponseSchema, answer, () => (answer.pool ? poolText(answer.pool, print.colors) : ""));
  });
}

/**
 * The change in the contract's words.
 *
 * @throws UsageError when nothing is to change, or both start and stop are asked for
 */
export function scaleRequest(size: number | undefined, { start, stop, wait }: ScaleOptions) {
  if (start && stop) throw new UsageError("give --start or --stop, not both");
  if (size === undefined && !start && !stop) throw new UsageError("give a size, --start or --stop");
  return {
    ...(size === undefined ? {} : { size }),
    ...(start || stop ? { running: start === true } : {}),
    ...(wait === undefined ? {} : { wait }),
  };
}

function poolText({ running, size, runners }: Pool, colors: boolean): string {
  const facts = renderFacts([
    ["state", running ? "running" : "stopped"],
    ["size", String(size)],
    ["present", String(runners.length)],
  ]);
  return runners.length === 0 ? facts : `${facts}\n${renderTable(runnerColumns, runners, colors)}`;
}
