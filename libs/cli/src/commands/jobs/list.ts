import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { JobSchema, JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { ListOrder } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import { type Command, Option } from "commander";
import { parseDurationMs } from "../../input/durations.js";
import { enumNames, enumValue, enumValues } from "../../input/enum-names.js";
import { readPages } from "../../input/pages.js";
import { listOf, pairs, wholeNumber } from "../../input/values.js";
import type { Cli } from "../../session/cli.js";
import { onRun } from "../../session/on-run.js";
import { jobColumns } from "./job-text.js";

/** Which jobs are listed. */
export interface ListOptions {
  readonly state?: readonly JobState[];
  readonly kind?: readonly string[];
  readonly queue?: string;
  readonly subject?: string;
  readonly label?: Readonly<Record<string, string>>;
  readonly since?: number;
  readonly order?: ListOrder;
  readonly limit: number;
}

/** `jobs list`. */
export function addList(cli: Cli, jobs: Command): void {
  const command = jobs
    .command("list")
    .description("List jobs, newest first")
    .addOption(
      new Option("--state <state>", `in this state: ${enumNames(JobState).join(", ")}; may be repeated`).argParser(
        enumValues(JobState),
      ),
    )
    .option("--kind <kind>", "of this kind; may be repeated", listOf)
    .option("--queue <name>", "of this queue")
    .option("--subject <text>", "about this subject")
    .option("--label <key=value>", "with this label; may be repeated", pairs)
    .addOption(new Option("--since <duration>", "submitted no longer ago than this").argParser(parseDurationMs))
    .addOption(
      new Option("--order <order>", `the order: ${enumNames(ListOrder).join(", ")} (default: newest)`).argParser(
        enumValue(ListOrder),
      ),
    )
    .addOption(limitOption("jobs"));
  onRun<ListOptions>(cli, command, async ({ client, namespace, print }, options) => {
    const request = { namespace, filter: jobFilter(options, Date.now()), orderBy: options.order ?? ListOrder.NEWEST };
    const { items, more } = await readPages(options.limit, async (page) => {
      const { jobs, nextPageToken } = await client.jobs.listJobs({ ...request, ...page });
      return { items: jobs, nextPageToken };
    });
    await print.rows(JobSchema, items, jobColumns);
    if (more) await print.note(`there are more than ${options.limit}; --limit 0 lists all`);
  });
}

/** The option that bounds a list. */
export function limitOption(what: string): Option {
  return new Option("--limit <n>", `${what} at most; 0 is all`).default(100).argParser(wholeNumber(0, 10_000_000));
}

/** The filter of the contract; only what was said stands in it. */
export function jobFilter(options: Omit<ListOptions, "limit">, nowMs: number) {
  const { state, kind, queue, subject, label, since } = options;
  return {
    ...(state === undefined ? {} : { states: [...state] }),
    ...(kind === undefined ? {} : { kinds: [...kind] }),
    ...(queue === undefined ? {} : { queue }),
    ...(subject === undefined ? {} : { subject }),
    ...(label === undefined ? {} : { labels: { ...label } }),
    ...(since === undefined ? {} : { createdAfter: timestampFromMs(nowMs - since) }),
  };
}
