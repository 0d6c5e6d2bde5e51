import type { Clock } from "@switchyard/clock";
import type { ShardTerm } from "../shard/shard-term.js";

/** How the scheduler and its databases are. */
export interface SchedulerStatus {
  /** Time of a trivial statement, ms, of the slowest database; undefined when one does not answer. */
  readonly databaseLatencyMs: number | undefined;
  /** Shards in force on this replica. */
  readonly shards: readonly {
    readonly shard: number;
    readonly epoch: number;
    readonly openJobs: number;
    readonly liveAttempts: number;
  }[];
}

/** Longest time that a database may take to answer, ms. */
const patienceMs = 2_000;

/** Asks the databases and looks at memory. Never fails. */
export async function readStatus(
  clock: Clock,
  terms: () => readonly ShardTerm[],
  ping: () => Promise<void>,
): Promise<SchedulerStatus> {
  const startedAt = clock.monotonicMs();
  const late = new Promise<never>((_, reject) =>
    clock.setTimeout(() => reject(new Error("the database does not answer")), patienceMs).unref(),
  );
  const databaseLatencyMs = await Promise.race([ping(), late]).then(
    () => clock.monotonicMs() - startedAt,
    () => undefined,
  );
  return { databaseLatencyMs, shards: terms().map(statusOf) };
}

function statusOf({ term, state }: ShardTerm) {
  let openJobs = 0;
  let liveAttempts = 0;
  for (const space of state.spaces.values()) {
    openJobs += space.openJobs;
    for (const runner of space.runners.values()) liveAttempts += runner.held.size;
  }
  return { ...term, openJobs, liveAttempts };
}
