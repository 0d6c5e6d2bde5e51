import type { ShardOwner } from "../shard/shard-owner.js";

/** How the scheduler and its database are. */
export interface SchedulerStatus {
  /** Time of a trivial statement, ms; undefined when the database does not answer. */
  readonly databaseLatencyMs: number | undefined;
  /** Shards in force on this replica. */
  readonly shards: readonly {
    readonly shard: number;
    readonly epoch: number;
    readonly openJobs: number;
    readonly liveAttempts: number;
  }[];
}

/** Asks the database and looks at memory. Never fails. */
export async function readStatus(owner: ShardOwner): Promise<SchedulerStatus> {
  const { clock } = owner;
  const startedAt = clock.monotonicMs();
  const databaseLatencyMs = await owner.ping().then(
    () => clock.monotonicMs() - startedAt,
    () => undefined,
  );
  const { term } = owner;
  if (!term) return { databaseLatencyMs, shards: [] };
  let openJobs = 0;
  let liveAttempts = 0;
  for (const space of term.state.spaces.values()) {
    openJobs += space.openJobs;
    for (const runner of space.runners.values()) liveAttempts += runner.held.size;
  }
  return { databaseLatencyMs, shards: [{ ...term.term, openJobs, liveAttempts }] };
}
