import { parseArgs } from "node:util";
import { type PeerName, peers } from "./contenders/contender.js";
import type { Figure } from "./figures/figure.js";
import { figures } from "./figures/index.js";

/** What a run of the scheduler's bench measures. */
export interface BenchOptions {
  readonly figures: readonly Figure[];
  readonly peers: readonly PeerName[];
  /** Times that each contender is measured; the median counts. */
  readonly rounds: number;
  /** Multiplies numbers of jobs and durations. */
  readonly scale: number;
  /** File for the lines of JSON. */
  readonly out: string | undefined;
  /** Directory for CPU profiles of our own processes. */
  readonly profile: string | undefined;
}

/** How the bench is called, for whoever calls it wrongly. */
export const usage = `npm run bench -- scheduler [--only figure,...] [--peers all|none|name,...] [--rounds 3] [--scale 1] [--out file] [--profile directory]
figures: ${figures.map(({ name }) => name).join(", ")}
peers: ${peers.join(", ")}`;

/** Reads the command line. @throws Error that says what is wrong with it */
export function readOptions(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: "string", default: "" },
      peers: { type: "string", default: "all" },
      rounds: { type: "string", default: "3" },
      scale: { type: "string", default: "1" },
      out: { type: "string" },
      profile: { type: "string" },
    },
  });
  const everyFigure = figures.map(({ name }) => name);
  const only = values.only === "" ? everyFigure : namesOf(values.only, everyFigure);
  return {
    figures: figures.filter(({ name }) => only.includes(name)),
    peers: values.peers === "all" ? peers : values.peers === "none" ? [] : namesOf(values.peers, peers),
    rounds: positive("rounds", values.rounds),
    scale: positive("scale", values.scale),
    out: values.out,
    profile: values.profile,
  };
}

function namesOf<T extends string>(list: string, known: readonly T[]): T[] {
  return list.split(",").map((name) => {
    const found = known.find((one) => one === name);
    if (found === undefined) throw new Error(`there is no ${name}; there are ${known.join(", ")}`);
    return found;
  });
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new Error(`--${name} has to be a number above 0`);
  return value;
}
