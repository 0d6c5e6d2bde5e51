import { durationFromMs, durationMs, timestampDate } from "@bufbuild/protobuf/wkt";
import { type LogRetention, LogRetentionSchema } from "@switchyard/proto/switchyard/log/v1/log_service_pb";
import { type Command, Option } from "commander";
import { wholeNumber } from "../../input/values.js";
import type { Column } from "../../output/table.js";
import type { Cli } from "../../session/cli.js";
import { onRun } from "../../session/on-run.js";
import { UsageError } from "../../usage-error.js";

interface RetentionOptions {
  readonly set?: string;
  readonly days?: number;
  readonly bytes?: number;
  readonly limit?: number;
  readonly clear?: string;
}

const dayMs = 86_400_000;

const columns: readonly Column<LogRetention>[] = [
  { title: "NAMESPACE", text: ({ namespace }) => namespace || "(all others)" },
  { title: "DAYS", text: ({ maxAge }) => (maxAge ? String(durationMs(maxAge) / dayMs) : "for ever"), right: true },
  { title: "BYTES", text: ({ maxBytes }) => (maxBytes === 0n ? "no limit" : String(maxBytes)), right: true },
  { title: "LIMIT", text: ({ limitBytes }) => (limitBytes === 0n ? "" : String(limitBytes)), right: true },
  { title: "STORED", text: ({ storedBytes }) => String(storedBytes), right: true },
  { title: "ARCHIVED", text: ({ archivedBytes }) => String(archivedBytes), right: true },
  { title: "SINCE", text: ({ oldestTime }) => (oldestTime ? timestampDate(oldestTime).toISOString() : "") },
];

/** `logs retention`: lists what is kept; with `--set` or `--clear` changes that of a namespace first. */
export function addRetention(cli: Cli, logs: Command): void {
  const command = logs
    .command("retention")
    .description(
      "List how long and how much of logs is kept and what they take, after setting or clearing that of a namespace",
    )
    .option("--set <namespace>", "give this namespace a retention of its own")
    .addOption(
      new Option("--days <n>", "with --set: keep logs so many days; 0 is for ever").argParser(wholeNumber(0, 100_000)),
    )
    .addOption(
      new Option("--bytes <n>", "with --set: keep so many bytes; 0 is no limit").argParser(
        wholeNumber(0, Number.MAX_SAFE_INTEGER),
      ),
    )
    .addOption(
      new Option("--limit <n>", "with --set: add nothing once there are so many bytes").argParser(
        wholeNumber(0, Number.MAX_SAFE_INTEGER),
      ),
    )
    .option("--clear <namespace>", "let what holds for all others hold for this namespace again");
  onRun<RetentionOptions>(cli, command, async ({ client, print }, options) => {
    const changed = retentionFrom(options);
    if (changed !== undefined) await client.logs.setLogRetention(changed);
    const { retentions } = await client.logs.listLogRetention({});
    await print.rows(LogRetentionSchema, retentions, columns);
  });
}

/**
 * What to set, in the contract's words; undefined when nothing is to change.
 *
 * @throws UsageError for options that don't go together
 */
export function retentionFrom({ set, days, bytes, limit, clear }: RetentionOptions) {
  const nothing = days === undefined && bytes === undefined && limit === undefined;
  if (set !== undefined && clear !== undefined) throw new UsageError("give --set or --clear, not both");
  if (set === undefined && !nothing) throw new UsageError("--days, --bytes and --limit need --set");
  if (clear !== undefined) return { namespace: clear, clear: true };
  if (set === undefined) return undefined;
  if (nothing) throw new UsageError("--set needs --days, --bytes or --limit; --clear takes a retention away");
  return {
    namespace: set,
    ...(days === undefined ? {} : { maxAge: durationFromMs(days * dayMs) }),
    ...(bytes === undefined ? {} : { maxBytes: BigInt(bytes) }),
    ...(limit === undefined ? {} : { limitBytes: BigInt(limit) }),
  };
}
