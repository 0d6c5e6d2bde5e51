import { parseArgs } from "node:util";

/** What is measured, by name. */
export const figureNames = ["memory", "places", "lists", "latency", "take-over", "retention"] as const;

/** Name of a figure. */
export type FigureName = (typeof figureNames)[number];

/** What a run of the bench does. */
export interface VolumeOptions {
  readonly figures: readonly FigureName[];
  /** Jobs that have ended. */
  readonly finished: number;
  /** Jobs that wait. */
  readonly waiting: number;
  /** Open jobs of the take-over. */
  readonly open: number;
  /** Jobs of a bucket that is dropped. */
  readonly bucket: number;
  /** Jobs a second of the steady load. */
  readonly rate: number;
  /** Times that each side is measured; the median counts. */
  readonly rounds: number;
  /** Where the cluster lies between runs. */
  readonly directory: string;
}

/** How the bench is called. */
export const usage = `npm run bench -- volume [--only figure,...] [--finished 10000000] [--waiting 5000000] [--open 1000000] [--bucket 1000000] [--rate 200] [--rounds 5] [--directory path]
figures: ${figureNames.join(", ")}`;

/** Reads the command line. @throws Error that says what is wrong with it */
export function readVolumeOptions(args: readonly string[], defaultDirectory: string): VolumeOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: "string", default: figureNames.join(",") },
      finished: { type: "string", default: "10000000" },
      waiting: { type: "string", default: "5000000" },
      open: { type: "string", default: "1000000" },
      bucket: { type: "string", default: "1000000" },
      rate: { type: "string", default: "200" },
      rounds: { type: "string", default: "5" },
      directory: { type: "string", default: defaultDirectory },
    },
  });
  const only = values.only.split(",");
  const unknown = only.filter((name) => !figureNames.some((known) => known === name));
  if (unknown.length > 0) throw new Error(`there is no figure ${unknown.join(", ")}`);
  return {
    figures: figureNames.filter((name) => only.includes(name)),
    finished: count("finished", values.finished),
    waiting: count("waiting", values.waiting),
    open: count("open", values.open),
    bucket: count("bucket", values.bucket),
    rate: count("rate", values.rate),
    rounds: count("rounds", values.rounds),
    directory: values.directory,
  };
}

function count(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new Error(`--${name} has to be a whole number above 0`);
  return value;
}
