import type { Recorder } from "@switchyard/history";
import type { Finding } from "@switchyard/scheduler";
import type { FaultBoard } from "../kernel/fault-board.js";
import type { Process } from "../kernel/process.js";
import type { World } from "../kernel/world.js";
import type { Addresses } from "../network/addresses.js";
import type { CallCounter } from "../network/call-counter.js";
import type { SimLogs } from "../network/log-store.js";
import type { Plan } from "../plan/plan.js";
import type { DatabaseLink } from "../store/connection.js";
import type { RunnerTables } from "../store/runner-store.js";
import type { Tables } from "../store/tables.js";

/** How long a service that ends lets the calls that it has come to their end, ms. */
export const callsEndMs = 50;

/** What all parts of a run share. */
export interface Sim {
  readonly plan: Plan;
  readonly world: World;
  readonly faults: FaultBoard;
  readonly addresses: Addresses;
  readonly calls: CallCounter;
  readonly tables: Tables;
  readonly runnerTables: RunnerTables;
  readonly logs: SimLogs;
  readonly recorder: Recorder;
  readonly processes: Map<string, Process>;
  /** What the schedulers' self-audits found. */
  readonly findings: Finding[];
  /** The way of each process to its database, in its present life. */
  readonly links: Map<string, DatabaseLink>;
  /** Ids of jobs by their tags, as far as clients know them. */
  readonly jobIds: Map<string, string>;
}

/** A process of the run that may be crashed and started again. */
export interface Actor {
  readonly process: Process;
  /** Begins a life. */
  boot(): void;
  /** Ends the present life in good order, as the program does that is told to; missing for those that only crash. */
  stop?(): Promise<void>;
}
