import { type Limit, LimitSchema } from "@switchyard/proto/switchyard/scheduler/v1/queue_service_pb";
import { type Command, Option } from "commander";
import { readPages } from "../../input/pages.js";
import { anyNumber, wholeNumber } from "../../input/values.js";
import type { Column } from "../../output/table.js";
import type { Cli } from "../../session/cli.js";
import { onRun } from "../../session/on-run.js";
import { UsageError } from "../../usage-error.js";

interface SetOptions {
  readonly set?: string;
  readonly seats?: number;
  readonly rate?: number;
  readonly burst?: number;
  readonly remove?: string;
}

const columns: readonly Column<Limit>[] = [
  { title: "KEY", text: ({ key }) => key },
  { title: "SEATS", text: ({ seats }) => (seats === undefined ? "" : String(seats)), right: true },
  { title: "USED", text: ({ seatsUsed }) => String(seatsUsed), right: true },
  {
    title: "PER SECOND",
    text: ({ ratePerSecond }) => (ratePerSecond === undefined ? "" : String(ratePerSecond)),
    right: true,
  },
  {
    title: "BURST",
    text: ({ ratePerSecond, burst }) => (ratePerSecond === undefined ? "" : String(burst || 1)),
    right: true,
  },
  { title: "WAITING", text: ({ waiting }) => String(waiting), right: true },
];

/** `queues limits`: lists them; with `--set` or `--remove` changes one first. */
export function addLimits(cli: Cli, queues: Command): void {
  const command = queues
    .command("limits")
    .description("List the limits of concurrency and rate keys, after setting or removing one")
    .option("--set <key>", "set the limit of this key; key* is the default of all keys with that beginning")
    .addOption(
      new Option("--seats <n>", "with --set: jobs that may run at once").argParser(wholeNumber(0, 2 ** 32 - 1)),
    )
    .addOption(new Option("--rate <number>", "with --set: starts per second").argParser(anyNumber))
    .addOption(new Option("--burst <n>", "with --set: starts at once").argParser(wholeNumber(1, 2 ** 32 - 1)))
    .option("--remove <key>", "remove the limit of this key");
  onRun<SetOptions>(cli, command, async ({ client, namespace, print }, options) => {
    const changed = limitFrom(options);
    if (changed !== undefined) await client.queues.setLimits({ namespace, limits: [changed] });
    const { items } = await readPages(0, async (page) => {
      const { limits, nextPageToken } = await client.queues.listLimits({ namespace, ...page });
      return { items: limits, nextPageToken };
    });
    await print.rows(LimitSchema, items, columns);
  });
}

/**
 * The limit to set, in the contract's words; one without seats and rate removes the key's. Undefined when none is to change.
 *
 * @throws UsageError for options that don't go together
 */
export function limitFrom({ set, seats, rate, burst, remove }: SetOptions) {
  const nothing = seats === undefined && rate === undefined;
  if (set !== undefined && remove !== undefined) throw new UsageError("give --set or --remove, not both");
  if (set === undefined && !(nothing && burst === undefined))
    throw new UsageError("--seats, --rate and --burst need --set");
  if (remove !== undefined) return { key: remove };
  if (set === undefined) return undefined;
  if (nothing) throw new UsageError("--set needs --seats or --rate; --remove takes a limit away");
  return {
    key: set,
    ...(seats === undefined ? {} : { seats }),
    ...(rate === undefined ? {} : { ratePerSecond: rate }),
    ...(burst === undefined ? {} : { burst }),
  };
}
