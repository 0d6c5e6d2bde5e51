import type { Cluster } from "./database.js";
import type { SchedulerProcess } from "./scheduler-process.js";
import type { VolumeOptions } from "./options.js";

/** A line of the results. */
export interface Row {
  readonly what: string;
  readonly value: number;
  readonly unit: "ms" | "MiB" | "x" | "s";
  /** What it has to stay below; undefined where there is no bar. */
  readonly bar?: number;
  /** What else there is to know. */
  readonly note?: string;
}

/** What a figure measures with. */
export interface VolumeContext {
  readonly cluster: Cluster;
  readonly options: VolumeOptions;
  /** The scheduler on the filled database. It goes on from figure to figure, since millions of jobs take a while to load. */
  scheduler(): Promise<SchedulerProcess>;
  /** Stops that scheduler, for figures that need the database for themselves. */
  release(): Promise<void>;
  /** Tells people what goes on. */
  readonly say: (text: string) => void;
}

/** Measures something and says what it found. */
export type VolumeFigure = (context: VolumeContext) => Promise<readonly Row[]>;
