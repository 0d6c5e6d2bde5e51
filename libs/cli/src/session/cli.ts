import type { Io } from "../io.js";

/** One run of the program. */
export interface Cli {
  readonly io: Io;
  /** Carried by every call of this run. */
  readonly requestId: string;
  /** What the process ends with; commands set it. */
  exitCode: number;
  /** Calls that fail are described in JSON. */
  failuresAsJson: boolean;
}
