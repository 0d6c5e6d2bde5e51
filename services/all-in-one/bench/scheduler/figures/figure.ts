import type { Contender, ContenderName } from "../contenders/contender.js";
import type { Measured, RunContext } from "../measure/run-context.js";

/** What a value is compared with to say whether it is good enough. */
export interface Bar {
  /** The best peer on PostgreSQL, the best peer of all, pg-boss alone, or nothing: the value itself counts. */
  readonly against: "postgres-peer" | "peer" | "pg-boss" | "nothing";
  /** The least that is wanted: a ratio, or the value. Of values that should be low: the most. */
  readonly atLeast: number;
  readonly goal: number;
}

/** One value of a figure: a line of the table. */
export interface FigureValue {
  /** Names it in results: the figure's name if this is empty, else the two with a dash between. */
  readonly key: string;
  readonly title: string;
  readonly unit: "jobs/s" | "1/s" | "ms" | "s" | "x" | "B" | "MB";
  readonly better: "higher" | "lower";
  readonly bar?: Bar;
}

/** Something that is measured, alike for everybody who takes part. */
export interface Figure {
  /** As `--only` takes it. */
  readonly name: string;
  readonly values: readonly FigureValue[];
  /** Default: everybody. */
  readonly takesPart?: (name: ContenderName) => boolean;
  /**
   * What a round leaves behind. After `waiting jobs` the next figure has a new contender; with `much`, every round has one of its own.
   * Default: nothing that matters.
   */
  readonly leaves?: "nothing" | "waiting jobs" | "much";
  /** Measures one contender once. */
  measure(contender: Contender, run: RunContext): Promise<Measured>;
}

/** For figures about our own service only. */
export function onlyOurs(name: ContenderName): boolean {
  return name === "ours";
}

/** What only our own services are asked. @throws Error for another contender */
export function controlsOf(contender: Contender): NonNullable<Contender["ours"]> {
  if (contender.ours === undefined) throw new Error(`${contender.name} is not ours`);
  return contender.ours;
}
