import type { SubmitCommands } from "../driver/submit-commands.js";
import type { WorkCommands } from "../driver/work-commands.js";
import type { Child, Remote } from "./child.js";
import type { OursControls } from "./ours-controls.js";

/** Other systems that keep their queue in the same PostgreSQL. */
export const postgresPeers = ["pg-boss", "graphile-worker", "bullmq-postgres"] as const;
/** All systems that ours is compared with. */
export const peers = [...postgresPeers, "bullmq-redis"] as const;

/** A system that ours is compared with. */
export type PeerName = (typeof peers)[number];
/** Who is measured; `raw` is plain SQL. */
export type ContenderName = "ours" | "raw" | PeerName;

/** CPU microseconds by the name of a process. */
export type CpuTimes = Readonly<Record<string, number>>;

/** A system that runs, empty at first. */
export interface Contender {
  readonly name: ContenderName;
  readonly submitter: Remote<SubmitCommands>;
  readonly worker: Remote<WorkCommands>;
  /** Its database of the bench's server; unset without one. */
  readonly databaseUrl?: string;
  /** CPU time of its processes and of its storage so far. */
  cpu(): Promise<CpuTimes>;
  /** What only our own services are asked. */
  readonly ours?: OursControls;
  /** Ends its processes and takes its data away. */
  close(): Promise<void>;
}

/** Lets submitters know how much is done: those that wait for room go on. */
export function tellDone(worker: Child<WorkCommands>, submitter: Child<SubmitCommands>): void {
  // An answer that is not waited for; the end of a process shows elsewhere.
  worker.on("handled", (jobs) => void submitter.remote.done(jobs as number).catch(() => undefined));
}
