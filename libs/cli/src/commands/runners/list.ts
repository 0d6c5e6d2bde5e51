import { RunnerSchema, RunnerState } from "@switchyard/proto/switchyard/runner/v1/runner_pb";
import { type Command, Option } from "commander";
import { enumNames, enumValues } from "../../input/enum-names.js";
import { readPages } from "../../input/pages.js";
import { pairs } from "../../input/values.js";
import type { Cli } from "../../session/cli.js";
import { onRun } from "../../session/on-run.js";
import { limitOption } from "../jobs/list.js";
import { runnerColumns, runnerText } from "./runner-text.js";

interface ListRunnersOptions {
  readonly state?: readonly RunnerState[];
  readonly label?: Readonly<Record<string, string>>;
  readonly name?: string;
  readonly limit: number;
}

/** `runners list` and `runners get`. */
export function addListRunners(cli: Cli, runners: Command): void {
  const list = runners
    .command("list")
    .description("List runners")
    .addOption(
      new Option("--state <state>", `in this state: ${enumNames(RunnerState).join(", ")}; may be repeated`).argParser(
        enumValues(RunnerState),
      ),
    )
    .option("--label <key=value>", "carrying this label; may be repeated", pairs)
    .option("--name <name>", "of this name")
    .addOption(limitOption("runners"));
  onRun<ListRunnersOptions>(cli, list, async ({ client, namespace, print }, { state, label, name, limit }) => {
    const request = { namespace, states: [...(state ?? [])], labels: { ...label }, name: name ?? "" };
    const { items, more } = await readPages(limit, async (page) => {
      const { runners, nextPageToken } = await client.fleet.listRunners({ ...request, ...page });
      return { items: runners, nextPageToken };
    });
    await print.rows(RunnerSchema, items, runnerColumns);
    if (more) await print.note(`there are more than ${limit}; --limit 0 lists all`);
  });

  const get = runners.command("get").argument("<runner>", "its id").description("Show one runner");
  onRun<object, [string]>(cli, get, async ({ client, namespace, print }, _, runnerId) => {
    const { runner } = await client.fleet.getRunner({ namespace, runnerId });
    if (runner !== undefined) await print.one(RunnerSchema, runner, () => runnerText(runner));
  });
}
