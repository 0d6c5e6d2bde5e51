import type { Duration } from "@bufbuild/protobuf/wkt";
import { type Command, Option } from "commander";
import { parseDuration, parseDurationMs } from "../../input/durations.js";
import { anyNumber, listOf, pairs, repeated, wholeNumber } from "../../input/values.js";

/** What can be said about a job, when it is submitted and when a schedule does so. */
export interface JobOptions {
  readonly input?: string;
  readonly inputFile?: string;
  readonly contentType: string;
  readonly queue?: string;
  readonly subject?: string;
  readonly label?: Readonly<Record<string, string>>;
  readonly require?: Readonly<Record<string, string>>;
  readonly rankClass?: number;
  readonly rank?: number;
  readonly delay?: number;
  readonly maxAttempts?: number;
  readonly executionTimeout?: Duration;
  readonly startTimeout?: Duration;
  readonly dependsOn?: readonly string[];
  readonly concurrencyKey?: readonly string[];
  readonly rateKey?: readonly string[];
  readonly reuse?: boolean;
  readonly reuseKey?: string;
}

/** Adds the options that describe a job. */
export function addJobOptions(command: Command): Command {
  const option = (flags: string, description: string, parser: (value: string) => unknown) =>
    command.addOption(new Option(flags, description).argParser(parser));
  command
    .option("--input <json>", "the input as JSON text")
    .option("--input-file <path>", "a file that holds the input; - is the standard input")
    .option("--content-type <type>", "media type of the input; only JSON is checked", "application/json")
    .option("--queue <name>", "the queue (default: the service's, default)")
    .option("--subject <text>", "what the job is about")
    .option("--label <key=value>", "a label; may be repeated", pairs)
    .option("--require <key=value>", "a label that its runner must carry, key= for any value; may be repeated", pairs)
    .option("--depends-on <id>", "a job that must succeed first; may be repeated", listOf)
    .option("--concurrency-key <key>", "a key whose seats bound how many run at once; may be repeated", repeated)
    .option("--rate-key <key>", "a key whose rate bounds how many start; may be repeated", repeated)
    .option("--reuse", "take an open or succeeded job of the same kind and input instead of a new one")
    .option("--reuse-key <key>", "the same, by this key instead of kind and input");
  option("--rank-class <n>", "priority class, lower first", wholeNumber(-32_768, 32_767));
  option("--rank <number>", "rank inside the class, lower first", anyNumber);
  option("--delay <duration>", "not before this time has passed", parseDurationMs);
  option("--max-attempts <n>", "attempts that may be counted; 0 is no limit", wholeNumber(0, 2 ** 32 - 1));
  option("--execution-timeout <duration>", "longest time of one attempt", parseDuration);
  option("--start-timeout <duration>", "longest time until an attempt has started", parseDuration);
  return command;
}
