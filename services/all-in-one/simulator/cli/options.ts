import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";

/** What is asked on the command line. */
export interface Options {
  /** Seeds to run; infinite: until the time is over. */
  readonly seeds: number;
  /** The number of seeds was said. */
  readonly isLimited: boolean;
  readonly seed: number;
  /** One seed is looked at: its history is printed. */
  readonly replay: boolean;
  readonly kept: readonly string[] | undefined;
  readonly minutes: number | undefined;
  readonly workers: number;
  readonly bug: string | undefined;
  readonly bugs: boolean;
}

/** Reads the command line. @throws TypeError for what is not known */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seeds: { type: "string" },
      seed: { type: "string" },
      keep: { type: "string" },
      minutes: { type: "string" },
      workers: { type: "string" },
      bug: { type: "string" },
      bugs: { type: "boolean" },
    },
  });
  const minutes = values.minutes === undefined ? undefined : Number(values.minutes);
  return {
    seed: Number(values.seed ?? 1),
    seeds:
      values.seeds === undefined ? (minutes === undefined ? 1_000 : Number.POSITIVE_INFINITY) : Number(values.seeds),
    isLimited: values.seeds !== undefined,
    replay: values.seed !== undefined && values.seeds === undefined && minutes === undefined,
    kept: values.keep === undefined ? undefined : values.keep.split(",").filter((part) => part !== ""),
    minutes,
    workers: Number(values.workers ?? availableParallelism()),
    bug: values.bug,
    bugs: values.bugs ?? false,
  };
}
