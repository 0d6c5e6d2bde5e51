import { parseArgs } from "node:util";

/** What a run of the bench does. */
export interface ReplicasOptions {
  /** Jobs a second of the fixed rate. */
  readonly rate: number;
  /** Jobs of one call. */
  readonly batch: number;
  /** Length of one measurement, seconds. */
  readonly seconds: number;
  /** Times that each layout is measured; the median counts. */
  readonly rounds: number;
}

/** How the bench is called. */
export const usage = "npm run bench -- replicas [--rate 1000] [--batch 25] [--seconds 8] [--rounds 5]";

/** Reads the command line. @throws Error that says what is wrong with it */
export function readReplicasOptions(args: readonly string[]): ReplicasOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rate: { type: "string", default: "1000" },
      batch: { type: "string", default: "25" },
      seconds: { type: "string", default: "8" },
      rounds: { type: "string", default: "5" },
    },
  });
  const count = (name: keyof typeof values) => {
    const value = Number(values[name]);
    if (!Number.isInteger(value) || value < 1) throw new Error(`--${name} has to be a whole number above 0`);
    return value;
  };
  return { rate: count("rate"), batch: count("batch"), seconds: count("seconds"), rounds: count("rounds") };
}
