import type { FaultClass } from "./fault-plan.js";

/** A fault as it went. */
export interface FaultRecord {
  readonly fault: FaultClass;
  readonly target: string;
  /** By the run's clock, ms. */
  readonly begun: number;
  readonly over: number;
}
